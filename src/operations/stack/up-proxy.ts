// Tier 1 in `up`: nginx's file is rendered, tested by nginx itself, and only then put in place.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { render, word } from "../../deploy/render.ts";
import type { Step } from "../../foundation/plan.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { packageFiles } from "../../platform/package.ts";
import { run } from "../../platform/processes.ts";
import { type Draft, findNginx, tierOf } from "./draft.ts";
import { tierUsers } from "./places.ts";
import { publishOnce, removeOlder } from "./published.ts";
import { livingMembers, startTitle } from "./state.ts";
import { appSocket, nginxCommand, type ProxySettings, proxyMember, type Tier } from "./tiers.ts";

export async function proxyStep(draft: Draft): Promise<readonly Step[]> {
  const { places, runtime, options, context } = draft;
  const nginx = await findNginx(context);
  if (!nginx && !options.mayInstall) return []; // the application serves the board itself
  return [
    {
      title: startTitle("nginx", (await livingMembers(places))["proxy"]),
      why: "tier 1: the only one that strangers reach",
      run: [[...nginxCommand(places, { nginx: nginx?.path ?? "nginx", version: "", configuration: configurationPath(draft) }), "-t"]],
      writes: [configurationPath(draft)],
      act: async (signal, tell) => {
        const found = await findNginx(context);
        if (!found) return [];
        const tier = await tierOf(draft);
        const settings: ProxySettings = { nginx: found.path, version: found.version, configuration: configurationPath(draft) };
        const board = await writeConfiguration(draft, tier, settings);
        const evidence = await runtime.bringUp(await proxyMember(tier, settings), { signal, tell });
        await removeOlder(board);
        return [evidence];
      },
    },
  ];
}

function configurationPath(draft: Draft): string {
  return join(draft.places.web, "nginx.conf");
}

/** The new file is tested under another name; only one that nginx takes replaces the old one. Returns the board's place. */
async function writeConfiguration(draft: Draft, tier: Tier, settings: ProxySettings): Promise<string> {
  const { places } = draft;
  const owner = tier.owners?.web;
  const { ports, app } = tier.house.config;
  const board = await publishOnce({ from: packageFiles.board, directory: places.web, name: "board", ending: "", owner: undefined });
  const text = await proxyConfiguration({
    house: places.house,
    user: owner && ports.proxy < 1024 ? `user ${tierUsers.web};` : "# One user for master and workers: whoever starts it.",
    port: ports.proxy,
    board,
    sockets: Array.from({ length: app.instances }, (_, index) => appSocket(places, index + 1)),
  });
  const candidate = join(dirname(settings.configuration), "candidate.conf");
  const options = { mode: 0o644 };
  await writeFileAtomic(candidate, text, options);
  await run({
    argv: [...nginxCommand(places, { ...settings, configuration: candidate }), "-t"],
    timeoutMs: 15_000,
    ...(owner && ports.proxy >= 1024 ? { owner } : {}),
  });
  await writeFileAtomic(settings.configuration, text, options);
  return board;
}

interface Proxied {
  readonly house: string;
  /** A line of the file. */
  readonly user: string;
  readonly port: number;
  /** A directory. */
  readonly board: string;
  /** Of the instances, in their order. */
  readonly sockets: readonly string[];
}

/** At once, of each instance: half of what it holds itself, and as long a queue as it works off in some ten milliseconds. */
const requestsEach = 128;

/** nginx's whole file. */
export async function proxyConfiguration({ house, user, port, board, sockets }: Proxied): Promise<string> {
  const template = await readFile(fileURLToPath(new URL("../../deploy/templates/nginx/nginx.conf", import.meta.url)), "utf8");
  return render(template, {
    house,
    user,
    listen: `127.0.0.1:${port}`,
    board: word(board),
    requests: String(requestsEach * sockets.length),
    instances: sockets.map((socket) => `    server unix:${word(socket)} max_fails=1 fail_timeout=1s;`).join("\n"),
    metrics: sockets.map((socket, index) => metricsLocation(`app-${index + 1}`, word(socket))).join("\n"),
    refusal,
  });
}

/** How each refusal of nginx's own is answered; what it says follows from its status, by the maps of the file. */
const refusal = `      types {} # whatever the address ends with
      default_type application/problem+json;
      add_header X-Request-Id $request_id always;
      add_header Retry-After $retry_after always;
      add_header Allow $allow always;
      add_header X-Content-Type-Options nosniff always;
      add_header Cache-Control no-store always;
      return 500 '{$problem,"request_id":"$request_id"}';`;

/** Where Prometheus finds this one instance. */
function metricsLocation(instance: string, socket: string): string {
  return `    location = /metrics/${instance} {
      proxy_pass http://unix:${socket};
    }`;
}
