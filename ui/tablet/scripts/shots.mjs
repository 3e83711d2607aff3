// Pictures of every screen of the built pages, against fixture views: `npm run shots -w @countersign/tablet -- [options]`.
//   --size 1366x1024,360x640   windows      --text 100,200   text sizes     --lang en,es
//   --only check,attest        screens      --out shots      folder
// Every picture is also looked over: a key that is not whole, text that its box cuts off.
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { OPTIONS, openStudio } from "../../shared/scripts/studio.mjs";

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    size: { type: "string", default: "1366x1024" },
    text: { type: "string", default: "100" },
    contrast: { type: "boolean", default: false },
  },
});
const root = new URL("..", import.meta.url).pathname;
const { module: fixtures } = await runnerImport(join(root, "test/scenes.ts"));
const { module: views } = await runnerImport(join(root, "test/fixture_views.ts"));
const { module: tablets } = await runnerImport(join(root, "test/fixture_tablet.ts"));

let tablet;
let problem;
async function answer(path, request, response) {
  if (path === "/rpc") {
    const asked = await json(request);
    const reply = problem ? { problem } : await tablet.call(asked);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  } else if (path === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
  } else {
    return false;
  }
  return true;
}
const policy = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'";
const studio = await openStudio({ root, policy, answer, values });

/** Runs in the page. */
function lookOver() {
  const faults = [];
  for (const key of document.querySelectorAll("[data-key]")) {
    const box = key.getBoundingClientRect();
    if (box.width < 43.9 || box.height < 43.9) faults.push(`${key.dataset.key} is ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`);
    const points = [[0.5, 0.5], [0.15, 0.15], [0.85, 0.15], [0.15, 0.85], [0.85, 0.85]];
    for (const [x, y] of points) {
      const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      if (hit?.closest("[data-key]") !== key) faults.push(`${key.dataset.key} is covered or outside`);
    }
    const face = key.querySelector(".face, .mark").getBoundingClientRect();
    if (face.width > box.width || face.height > box.height) faults.push(`${key.dataset.key}: its word is cut`);
  }
  for (const element of document.querySelectorAll("main *")) {
    const style = getComputedStyle(element);
    if (element.closest(".said, svg") || style.display === "inline" || style.overflowX === "auto") continue;
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      faults.push(`${element.tagName}.${element.className}: ${element.scrollWidth} in ${element.clientWidth} "${element.textContent.slice(0, 40)}"`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  if (!document.querySelector("main")) faults.push("no screen");
  const least = [...document.querySelectorAll("main *")].filter((e) => e.childNodes.length && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && !e.closest(".said") && parseFloat(getComputedStyle(e).fontSize) < 14).map((e) => `${e.className} ${getComputedStyle(e).fontSize}`);
  for (const small of new Set(least)) faults.push(`small text: ${small}`);
  return [...new Set(faults)];
}

for (const size of values.size.split(",")) {
  const errors = [];
  const page = await studio.open(size, errors);
  for (const text of values.text.split(",")) {
    for (const lang of values.lang.split(",")) {
      for (const scene of fixtures.scenes) {
        if (!studio.wants(scene)) continue;
        tablet = new tablets.FixtureTablet({ ...scene.view, textScale: Number(text), language: lang, highContrast: values.contrast });
        tablet.answer("handOff", { ok: { answer: "handOff", link: "HTTPS://EXAMPLE.ORG/C/AB", qr: views.qr(129), fileName: "report.countersign" } });
        tablet.answer("compareWorksheet", { ok: { answer: "worksheet", differing: 1, cells: [{ cell: { kind: "attendees" }, worksheet: 704, reported: 704 }, { cell: { kind: "count", count: 0, group: 13 }, worksheet: 12, reported: 21 }] } });
        tablet.answer("preflight", { ok: { answer: "preflight", items: [{ what: "storage", good: true, detail: "12 ms" }, { what: "clock", good: false, detail: "86400 s" }, { what: "server", good: false, detail: "" }] } });
        problem = scene.problem;
        await page.goto(studio.address);
        await page.waitForSelector("main[data-screen]:not([data-screen=starting])");
        for (const press of scene.presses ?? []) await page.click(press, { timeout: 5000 }).catch((error) => errors.push(`${press}: ${error.message.split("\n")[0]}`));
        await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))));
        const name = `${scene.name}-${size}-${text}-${lang}`;
        await studio.picture(page, name);
        const faults = [...(await page.evaluate(lookOver)), ...errors.splice(0)];
        studio.say(name, faults);
      }
    }
  }
  await page.close();
}
await studio.close();
