// Walks Short Classic in a real browser, as a newcomer would: presses Start, confirms, and watches.
// Usage: node first_walk.mjs ADDRESS FOLDER   (CHROMIUM names the browser; pictures go to FOLDER)
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [address, folder] = process.argv.slice(2);
const ALLOWED_MS = 60_000;
const FRAMES = Number(process.env.FRAMES ?? 24);
const FRAME_MS = 700;

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.setDefaultTimeout(ALLOWED_MS);
  const tile = page.locator("hui-tile-card").filter({ hasText: "Session" }).first();
  const session = (text) => tile.getByText(text, { exact: true }).waitFor();
  const picture = (name) => page.screenshot({ path: `${folder}/${name}.png` });
  const press = (name) => page.locator("hui-button-card").filter({ hasText: name }).first().click();
  const choose = async (program) => {
    await page.locator("ha-control-select-menu").first().click();
    await page.getByText(program, { exact: true }).last().click();
  };

  await page.goto(address, { waitUntil: "domcontentloaded" });
  await page.getByText("Start", { exact: true }).first().waitFor();
  await choose("Short Classic");
  await page.waitForTimeout(500);
  await picture("frame-00");
  await press("Start");
  await session("Waiting for somebody at the belt");
  await picture("frame-01");
  await press("Handrail button");
  await session("Preparing");
  for (let frame = 2; frame < FRAMES; frame += 1) {
    await picture(`frame-${String(frame).padStart(2, "0")}`);
    await page.waitForTimeout(FRAME_MS);
  }
  await session("Turning");
  await picture("turning");
  await page.getByText("The belt stands.").waitFor();
  await press("Handrail button");
  await session("Walking backward");
  await picture("backward");
  await press("STOP");
  await session("Stopped");
  await picture("stopped");
  if (errors.length) throw new Error(errors.join("\n"));
} finally {
  await browser.close();
}
