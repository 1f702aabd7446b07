/** People at work: a share of all items renamed, a third of them each in the hub files, in Jira and in Linear. */
import { randomOf } from "../../test/hub/random.ts";
import { storyId } from "../../test/support/large-hub.ts";
import { numbers, type PortfolioWorld } from "./world.ts";

/** What a sync then owes: each change once for every other side that is a tool. */
export interface Changed {
  readonly items: number;
  readonly writes: number;
}

const PLACES = ["hub", "jira", "linear"] as const;

/** Renames that share of all items, each a story of its own, chosen by the seed. */
export async function changeSome(world: PortfolioWorld, share: number, seed: number): Promise<Changed> {
  const stories = world.items - Math.floor(world.items / 10);
  const all = numbers(world.projects).flatMap((n) => numbers(stories).map((story) => ({ n, id: storyId(story) })));
  const chosen = randomOf(seed)
    .shuffle(all)
    .slice(0, Math.round(world.projects * world.items * share));
  let writes = 0;
  for (const [index, { n, id }] of chosen.entries()) {
    const place = PLACES[index % PLACES.length]!;
    const title = `Renamed in ${place}, ${index}`;
    const { refs } = await world.item(n, id);
    if (place === "jira") await world.jira.human({ action: "edit", key: refs["jira"], fields: { summary: title } });
    else if (place === "linear") await world.linear.human({ action: "edit", item: refs["linear"], fields: { title } });
    else await world.writeHub(n, renamed(await world.hubText(n), id, title));
    writes += place === "hub" ? 2 : 1;
  }
  return { items: chosen.length, writes };
}

function renamed(text: string, id: string, title: string): string {
  const after = text.replace(new RegExp(`(id: ${id}\\n.*\\n +title: ).*`), `$1${title}`);
  if (after === text) throw new Error(`there is no ${id} to rename`);
  return after;
}
