// The tiers from the outside inwards, joined by a line: each with what it did, its own part of the time as a bar, and the time until
// it had its answer. The bars are shares of the whole, which is what the browser measured.
import { type Hop, millisecondsText } from "./hops.ts";

export function HopDiagram({ hops, hasTrace }: { readonly hops: readonly Hop[]; readonly hasTrace: boolean }) {
  const wholeMs = hops[0]?.ms ?? 0;
  return (
    <section aria-labelledby="trace-hops">
      <h3 id="trace-hops" className="trace-title">
        {millisecondsText(wholeMs)} from this browser and back
      </h3>
      <ol className="hops">
        {hops.map((hop) => (
          <li key={hop.name} className="hop">
            <p className="hop-name">{hop.name}</p>
            <p className="hop-time">{millisecondsText(hop.ownMs)}</p>
            <p className="hop-did">{hop.did}</p>
            <p className="hop-whole">{hop.ms === hop.ownMs ? "" : `answered after ${millisecondsText(hop.ms)}`}</p>
            <Share part={hop.ownMs} whole={wholeMs} />
          </li>
        ))}
      </ol>
      {!hasTrace && <p className="quiet">An answer about many rows tells no statements; its request id finds it in every log.</p>}
    </section>
  );
}

function Share({ part, whole }: { readonly part: number; readonly whole: number }) {
  const percent = whole > 0 ? Math.min(100, (part / whole) * 100) : 0;
  return (
    <svg className="hop-share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="hop-share-whole" width="100" height="4" />
      <rect className="hop-share-part" width={percent} height="4" />
    </svg>
  );
}
