/** People at work: a share of all items renamed, as many in the hub files as in each of the tools. */
import { randomOf } from "../../test/hub/random.ts";
import { storyId } from "../../test/support/large-hub.ts";
import { editByHand } from "../../test/support/hands.ts";
import { numbers } from "./vendors.ts";
import type { PortfolioWorld } from "./world.ts";

/** What a sync then owes: each change once for every other side that is a tool. */
export interface Changed {
  readonly items: number;
  readonly writes: number;
}

/** Renames that share of all items, each a story of its own, chosen by the seed. */
export async function changeSome(world: PortfolioWorld, share: number, seed: number): Promise<Changed> {
  const stories = world.items - Math.floor(world.items / 10);
  const all = numbers(world.projects).flatMap((n) => numbers(stories).map((story) => ({ n, id: storyId(story) })));
  const chosen = randomOf(seed)
    .shuffle(all)
    .slice(0, Math.round(world.projects * world.items * share));
  const { vendors } = world;
  const places = ["hub", ...vendors.tools] as const;
  let writes = 0;
  for (const [index, { n, id }] of chosen.entries()) {
    const place = places[index % places.length]!;
    const title = `Renamed in ${place}, ${index}`;
    if (place === "hub") await world.writeHub(n, renamed(await world.hubText(n), id, title));
    else {
      const { refs } = await world.item(n, id);
      await editByHand(vendors, place, { key: refs[place] ?? "", type: "story", field: "title", value: title });
    }
    writes += vendors.tools.length - (place === "hub" ? 0 : 1);
  }
  return { items: chosen.length, writes };
}

function renamed(text: string, id: string, title: string): string {
  const after = text.replace(new RegExp(`(id: ${id}\\n.*\\n +title: ).*`), `$1${title}`);
  if (after === text) throw new Error(`there is no ${id} to rename`);
  return after;
}
