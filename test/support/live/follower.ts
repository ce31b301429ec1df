// A listener that never gives up: cut off by whatever, it goes on with the id that came last, on the next instance of its list.
// It keeps what it was told as short keys, in their order.
import { setTimeout as sleep } from "node:timers/promises";
import { type Frame, type Listening, listenAt } from "../listening.ts";
import { keyOf } from "./judge.ts";

const pauseMs = 100;

export class Follower {
  readonly name: string;
  /** Keys of the changes it was told. */
  readonly told: string[] = [];
  /** What is no change: `ready` once, and whatever should not have been. */
  readonly others: string[] = [];
  connections = 0;
  readonly #ports: readonly number[];
  #lastId: string | undefined;
  #listening: Listening | undefined;
  #isStopped = false;
  readonly #following: Promise<void>;

  constructor(name: string, ports: readonly number[]) {
    this.name = name;
    this.#ports = ports;
    this.#following = this.#follow();
  }

  /** Cuts the connection, wherever it is in what it is being told. */
  cut(): void {
    this.#listening?.stop();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.cut();
    await this.#following;
  }

  async #follow(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      const at = this.#ports[turn % this.#ports.length] as number;
      this.#listening = await listenAt({ at, lastId: this.#lastId, onFrame: (frame) => this.#take(frame), keeps: false }).catch(() => undefined);
      if (this.#listening?.status === 200) this.connections++;
      else if (this.#listening) this.others.push(`an answer of ${this.#listening.status}`);
      if (this.#listening) await this.#listening.ended;
      else await sleep(pauseMs);
    }
  }

  #take({ id, event, data }: Frame): void {
    this.#lastId = id;
    if (data.task) this.told.push(keyOf(data.kind, data.task));
    else this.others.push(event);
  }
}
