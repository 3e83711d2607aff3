// Pictures of every screen of the built pages, against a server of fixtures: `npm run shots -w @countersign/headquarters -- [options]`.
//   --size 1366x768,1024x600   windows      --lang en,es
//   --only board,precinct      screens      --out shots      folder
//   --axe axe.min.js           what axe says of each screen as well
// Every picture is also looked over: text that its box cuts off, what is too small, what the security policy forbids.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text as read } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { OPTIONS, openStudio } from "../../shared/scripts/studio.mjs";

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    size: { type: "string", default: "1366x768" },
    axe: { type: "string", default: "" },
    full: { type: "boolean", default: false },
  },
});
const root = new URL("..", import.meta.url).pathname;
const { module: fixtures } = await runnerImport(join(root, "test/scenes.ts"));
const { module: servers } = await runnerImport(join(root, "test/fixture_server.ts"));
const axe = values.axe === "" ? null : await readFile(values.axe, "utf8");

let behind;
async function answer(path, request, response) {
  if (path.endsWith("/events")) {
    response.writeHead(behind.session ? 200 : 401, { "content-type": "text/event-stream" }).write(`event: board\ndata: ${JSON.stringify(behind.board)}\n\n`);
  } else if (path.startsWith("/api/")) {
    const body = await read(request);
    const { status, body: said } = behind.answer(path.slice(5), body === "" ? null : JSON.parse(body), request.headers["x-csrf"] ?? null);
    response.writeHead(status, { "content-type": "application/json" }).end(status === 204 ? "" : JSON.stringify(said));
  } else {
    return false;
  }
  return true;
}
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const studio = await openStudio({ root, base: "/hq/", policy, answer, values, more: { timezoneId: "America/Chicago" } });

/** Runs in the page. */
function lookOver() {
  const faults = [];
  const seen = (element) => element.getClientRects().length > 0 && !element.closest(".said, svg, .skip");
  for (const element of document.querySelectorAll("main *, header *")) {
    const style = getComputedStyle(element);
    if (!seen(element) || style.display === "inline" || ["auto", "scroll"].includes(style.overflowX) || style.textOverflow === "ellipsis" || element.matches("input, select, option")) continue;
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      faults.push(`${element.tagName}.${element.className}: ${element.scrollWidth} in ${element.clientWidth} "${element.textContent.slice(0, 40)}"`);
  }
  for (const element of document.querySelectorAll("a, button, input, select, summary")) {
    const box = element.getBoundingClientRect();
    if (!seen(element) || getComputedStyle(element).display === "inline" || element.matches(".choice input")) continue;
    if (box.width < 24 || box.height < 24) faults.push(`${element.tagName} "${(element.textContent || element.id).slice(0, 30)}" is ${box.width.toFixed(0)} x ${box.height.toFixed(0)}`);
  }
  for (const element of document.querySelectorAll("input, select")) {
    if (seen(element) && !element.labels?.length && !element.getAttribute("aria-label")) faults.push(`${element.id} has no name`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`two elements are called ${id}`);
  if (document.querySelectorAll("h1").length !== 1) faults.push(`${document.querySelectorAll("h1").length} h1`);
  const least = [...document.querySelectorAll("body *")].filter((e) => seen(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 16);
  for (const small of least) faults.push(`small text: ${small.className} "${small.textContent.slice(0, 30)}"`);
  return [...new Set(faults)];
}

for (const size of values.size.split(",")) {
  const errors = [];
  const page = await studio.open(size, errors, /status of 4\d\d|status of 503/);
  page.on("request", (request) => request.url().startsWith(studio.address) || errors.push(`asked elsewhere: ${request.url()}`));
  for (const lang of values.lang.split(",")) {
    for (const scene of fixtures.scenes) {
      if (!studio.wants(scene)) continue;
      behind = new servers.FixtureServer(scene.role);
      behind.here = new URL(studio.address).origin;
      scene.set?.(behind);
      await page.goto("about:blank");
      await page.addInitScript((language) => { try { localStorage.setItem("countersign-headquarters-language", language); } catch { /* about:blank keeps nothing */ } }, lang);
      await page.goto(`${studio.address}${scene.hash ?? ""}`);
      await page.waitForSelector("main[data-screen]", { timeout: 8000 }).catch(() => errors.push("no screen"));
      await page.waitForLoadState("networkidle", { timeout: 800 }).catch(() => undefined);
      for (const press of scene.presses ?? []) {
        if (press.startsWith("key:")) {
          await (press === "key:Back" ? page.goBack() : page.keyboard.press(press.slice(4)));
          await page.waitForTimeout(60);
          continue;
        }
        const [, selector, text] = /^(.*?\]|#[\w-]+|\[.*\])=(.*)$/.exec(press) ?? [null, press, null];
        const does = text === null ? page.click(selector, { timeout: 5000 }) : page.fill(selector, text, { timeout: 5000 });
        await does.catch((error) => errors.push(`${press}: ${error.message.split("\n")[0]}`));
      }
      await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => setTimeout(resolve, 150))));
      const name = `${scene.name}-${size}-${lang}`;
      await studio.picture(page, name, values.full);
      const faults = [...(await page.evaluate(lookOver)), ...errors.splice(0)];
      if (scene.ends && !(await page.$(scene.ends))) faults.push(`${scene.ends} is not there in the end`);
      if (axe !== null) {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
        for (const { id, nodes } of violations) faults.push(`axe ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
      }
      studio.say(name, faults);
    }
  }
  await page.close();
}
await studio.close();
