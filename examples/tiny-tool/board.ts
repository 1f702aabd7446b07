/** A stand-in of the tiny tool: cards in the lanes of a board. A real one refuses, limits and lags as its vendor does. */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { Clock } from "../../sandbox/kit/clock.ts";
import { Faults } from "../../sandbox/kit/faults.ts";
import { startSandbox, type Sandbox } from "../../sandbox/kit/sandbox.ts";

export interface Card {
  readonly id: string;
  readonly board: string;
  readonly kind: "epic" | "story" | "task";
  readonly title: string;
  readonly notes: string;
  /** Id of a lane. */
  readonly lane: string;
  /** Id of the card above it. */
  readonly under: string | null;
  /** Free for whoever uses the API: shown again as it was given. */
  readonly stamp: string | null;
  readonly archived: boolean;
  /** ISO time of the last change. */
  readonly updated: string;
  readonly version: number;
}

const LANES = ["Next", "Doing", "Review", "Blocked", "Done", "Dropped", "Someday"];
const PAGE = 50;
const TOKEN = "tiny-secret-token";

const BLANK: Omit<Card, "id"> = {
  board: "main",
  kind: "story",
  title: "",
  notes: "",
  lane: "next",
  under: null,
  stamp: null,
  archived: false,
  updated: "",
  version: 0,
};

export class Board {
  readonly cards = new Map<string, Card>();
  readonly lanes = LANES.map((name) => ({ id: name.toLowerCase(), name }));
  readonly #now: () => string;

  constructor(now: () => string) {
    this.#now = now;
  }

  nextId(): string {
    return `card-${String(this.cards.size + 1).padStart(6, "0")}`;
  }

  /** Throws where the tool refuses: a card without a title, a lane that is not there. */
  put(id: string, fields: Partial<Card>): Card {
    const known = this.cards.get(id) ?? { ...BLANK, id };
    const card: Card = { ...known, ...fields, updated: this.#now(), version: known.version + 1 };
    if (card.title.trim() === "") throw new HTTPException(422, { message: "a card needs a title" });
    if (!this.lanes.some((lane) => lane.id === card.lane)) throw new HTTPException(422, { message: "no such lane" });
    this.cards.set(id, card);
    return card;
  }

  /** Cards of a board from that time on, the oldest change first, after that card. */
  changed(board: string, since: string, after: string | undefined): Card[] {
    const all = [...this.cards.values()]
      .filter((card) => card.board === board && card.updated >= since)
      .toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
    return after === undefined ? all : all.filter((card) => place(card) > after);
  }
}

function place({ updated, id }: Card): string {
  return `${updated}/${id}`;
}

export interface BoardSandbox extends Sandbox {
  readonly board: Board;
  /** Values for the connector's env variables. */
  readonly credentials: { readonly TINY_URL: string; readonly TINY_TOKEN: string };
}

/** Serves one empty board, `main`, on loopback. */
export async function startBoard(clock: Clock = new Clock()): Promise<BoardSandbox> {
  const board = new Board(() => new Date(clock.now()).toISOString());
  const faults = new Faults();
  const sandbox = await startSandbox({ name: "tiny", app: appOf(board, faults), clock, faults });
  return Object.assign(sandbox, { board, credentials: { TINY_URL: sandbox.url, TINY_TOKEN: TOKEN } });
}

function appOf(board: Board, faults: Faults): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    const status = error instanceof HTTPException ? error.status : 500;
    return context.json({ message: error.message }, status);
  });
  app.use(async (context, next) => {
    const isKnown = context.req.header("authorization") === `Bearer ${TOKEN}` && !faults.conditions.authRevoked;
    return isKnown ? next() : context.json({ message: "who are you?" }, 401);
  });
  app.use("/boards/:board/*", async (context, next) =>
    context.req.param("board") === "main" ? next() : context.json({ message: "no such board" }, 404),
  );
  app.get("/boards/:board/lanes", (context) => context.json({ lanes: board.lanes }));
  app.get("/boards/:board/cards", (context) => {
    const { since = "", after } = context.req.query();
    const cards = board.changed(context.req.param("board"), since, after);
    const page = cards.slice(0, PAGE);
    const last = page.at(-1);
    return context.json({ cards: page, after: last && cards.length > PAGE ? place(last) : null });
  });
  app.post("/boards/:board/cards", async (context) =>
    context.json(board.put(board.nextId(), await context.req.json())),
  );
  app.get("/cards", (context) => {
    const { ids = "", stamps = "" } = context.req.query();
    const wanted = new Set([...ids.split(","), ...stamps.split(",")]);
    return context.json({
      cards: [...board.cards.values()].filter(({ id, stamp }) => wanted.has(id) || wanted.has(stamp ?? "-")),
    });
  });
  app.patch("/cards/:id", async (context) => {
    const id = context.req.param("id");
    if (!board.cards.has(id)) throw new HTTPException(404, { message: "no such card" });
    return context.json(board.put(id, await context.req.json()));
  });
  return app;
}
