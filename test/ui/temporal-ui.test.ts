/** What an operator sees in the Temporal UI, in a real browser, and what comes of a Signal that is sent from its form. */
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFileServer, type FileServer } from "../chaos/crash-world.ts";
import { expectSettled } from "../support/invariants.ts";
import { viewOf } from "../support/sides.ts";
import { startWorld, type World } from "../support/world.ts";
import { findChromium } from "./chromium.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-101, title: Story 1, status: ready, estimation: 3}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const MANUAL = `sync_config: {project_id: "{ID}", tools: {jira: {conflict_resolution: manual}, linear: {conflict_resolution: manual}}}\n`;
/** A page that is loading is waited for; one that never shows what it should is a failure. */
const PATIENCE_MS = 60_000;

const executablePath = findChromium();

let temporal: FileServer;
let browser: Browser;
let world: World;
let page: Page;

describe.skipIf(!executablePath)(
  `the Temporal UI${executablePath ? "" : " (skipped: no Chromium on PATH; apt-get install chromium, or set SDLC_SYNC_CHROMIUM)"}`,
  () => {
    beforeAll(async () => {
      temporal = await startFileServer();
      // Containers run as root, where Chromium's own sandbox cannot be.
      browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
    });
    beforeEach(async () => {
      world = await startWorld({ hub: HUB, syncConfig: MANUAL, env: { TEMPORAL_ADDRESS: temporal.server.address } });
      page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
      page.setDefaultTimeout(PATIENCE_MS);
    });
    afterEach(async () => {
      await page.close();
      await world.close();
    });
    afterAll(async () => {
      await browser.close();
      await temporal.close();
    });

    it("finds an open conflict by what it says, decides it by a Signal, and the value flows everywhere", async () => {
      await world.sync();
      const key = await world.key("US-101", "jira");
      await world.editHub("title: Story 1", "title: Hub 1");
      await world.jira.human({ action: "edit", key, fields: { summary: "Jira 1" } });
      await world.sync();

      const id = `conflict/${world.project}/US-101`;
      const query = `WorkflowType = "conflictResolution" AND ExecutionStatus = "Running" AND SyncProject = "${world.project}" AND ConflictField = "title"`;
      await openListed(query, id);
      await shown("User Metadata").click();
      await expect.poll(said, { timeout: PATIENCE_MS }).toContain(`US-101 of ${world.project} waits for a decision`);
      await expect
        .poll(said, { timeout: PATIENCE_MS })
        .toMatch(/send the Signal resolve, for example {"choice": "hub"}/);
      expect(await said()).toMatch(/conflict 1, title was changed on hub, jira: asked \d{4}-\d\d-\d\d \d\d:\d\d UTC/);

      await sendSignal("resolve", '{"choice": "jira"}');
      const everywhere = async () => [
        (await world.item("US-101")).fields.title,
        viewOf(world, "jira", "story", key)?.title,
        viewOf(world, "linear", "story", await world.key("US-101", "linear"))?.title,
      ];
      await expect.poll(everywhere, { timeout: PATIENCE_MS }).toEqual(["Jira 1", "Jira 1", "Jira 1"]);
      await expectSettled(world);
    });

    it("tells a sync of the portfolio in the order of its steps", async () => {
      // Its worker stays, and answers the page's question for the details.
      await world.sync();
      expect((await world.run(["sync", "--all"])).code).toBe(0);
      await openListed('WorkflowType = "portfolioSync"', /^portfolio\/manual\/[^/]+$/);
      await shown("User Metadata").click();
      const steps = [
        "sync of the portfolio",
        "done (trigger manual): 1 of 1 projects had something to do; 1 synced.",
        "list the projects and what they are bound to",
        "jira: read what changed in its project",
        "put the projects with something to do in order",
        "keep what came of it",
      ];
      for (const step of steps) await expect.poll(said, { timeout: PATIENCE_MS }).toContain(step);
    });
  },
);

/** All that the page shows; the UI renders Markdown in frames. */
async function said(): Promise<string> {
  const texts = await Promise.all(
    page.frames().map((frame) =>
      frame
        .locator("body")
        .innerText()
        .catch(() => ""),
    ),
  );
  return texts.join("\n");
}

/** What a person can see and click: the UI keeps copies for narrow screens. */
function shown(text: string | RegExp): Locator {
  return page.getByText(text, { exact: true }).filter({ visible: true }).first();
}

/** Opens the workflow by the list that the query finds; the search learns of a new one a moment later. */
async function openListed(query: string, id: string | RegExp): Promise<void> {
  const url = new URL("/namespaces/default/workflows", temporal.server.uiUrl);
  url.searchParams.set("query", query);
  const link = page.getByRole("link", { name: id });
  const found = async (): Promise<number> => {
    await page.goto(url.href);
    await page.getByRole("heading", { name: /^\d+ Workflows?/ }).waitFor();
    return link.count();
  };
  await expect.poll(found, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  await link.first().click();
}

/** As a person does it: by the menu, the form's list of signals and its editor. */
async function sendSignal(name: string, json: string): Promise<void> {
  await shown("More Actions").click();
  await shown("Send a Signal").click();
  const form = page.getByRole("dialog").filter({ visible: true });
  await form.getByTestId("signal-select-button").click();
  await form.getByRole("option", { name }).click();
  await form.getByRole("textbox").filter({ visible: true }).last().click();
  await page.keyboard.insertText(json);
  await form.getByTestId("confirm-modal-button").click();
  await form.waitFor({ state: "hidden" });
}
