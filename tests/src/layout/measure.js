// Looks at the page as it is laid out and names every fault. Runs as the body of an asynchronous
// WebDriver script: its last argument takes the answer. It changes nothing that stays.
const [width, height, expected, least, answer] = arguments;

// Half a pixel for the rounding of fractions of a grid.
const ROUNDING = 0.5;
const round = (value) => Math.round(value * 10) / 10;
const placed = (box) => `${round(box.left)},${round(box.top)} ${round(box.width)}x${round(box.height)}`;
/** An element by its tag and its first class of our own. */
function named(element) {
  const own = [...(element?.classList ?? [])].find((name) => !name.startsWith("svelte-"));
  return element === null ? "nothing" : `${element.localName}${own === undefined ? "" : `.${own}`}`;
}
const inWindow = (box) =>
  box.left >= -ROUNDING && box.top >= -ROUNDING && box.right <= innerWidth + ROUNDING && box.bottom <= innerHeight + ROUNDING;

/** The middle of a key and a point near each corner, just inside the rounding of its edge. */
function points(key, box) {
  const inset = 3 + 0.3 * parseFloat(getComputedStyle(key).borderTopLeftRadius);
  const { left, top, right, bottom } = box;
  return [
    [(left + right) / 2, (top + bottom) / 2],
    [left + inset, top + inset], [right - inset, top + inset],
    [left + inset, bottom - inset], [right - inset, bottom - inset],
  ];
}

function keyFaults() {
  const faults = [];
  const keys = [...document.querySelectorAll("button[data-key]")];
  const names = keys.map((key) => key.dataset.key);
  for (const name of expected) {
    if (!names.includes(name)) faults.push(`${name} is missing`);
  }
  keys.forEach((key, at) => {
    const name = key.dataset.key;
    const box = key.getBoundingClientRect();
    if (names.indexOf(name) !== at) faults.push(`${name} is there twice`);
    if (!expected.includes(name)) faults.push(`${name} is not expected`);
    if (key.disabled) faults.push(`${name} does not answer`);
    if (!inWindow(box)) faults.push(`${name} is not wholly inside the window: ${placed(box)}`);
    if (box.width < least - ROUNDING || box.height < least - ROUNDING) faults.push(`${name} is smaller than ${least}: ${placed(box)}`);
    for (const [x, y] of points(key, box)) {
      const hit = document.elementFromPoint(x, y);
      if (hit?.closest("button[data-key]") !== key) faults.push(`${name} is covered at ${round(x)},${round(y)} by ${named(hit)}`);
    }
  });
  return { keys: keys.length, faults: [...faults, ...scrollFaults(keys)] };
}

/** Tries to scroll whatever the keypad lies in: no key may move by it. */
function scrollFaults(keys) {
  const key = keys[0];
  const faults = [];
  const before = key?.getBoundingClientRect();
  for (let around = key?.parentElement; around; around = around.parentElement) {
    const { scrollLeft, scrollTop } = around;
    around.scrollTo({ left: scrollLeft + 50, top: scrollTop + 50, behavior: "instant" });
    const after = key.getBoundingClientRect();
    if (after.left !== before.left || after.top !== before.top) faults.push(`the keypad scrolls with ${named(around)}`);
    around.scrollTo({ left: scrollLeft, top: scrollTop, behavior: "instant" });
  }
  return faults;
}

/** Elements that would make the system show its keyboard, also inside shadow trees. */
function keyboardFaults(root = document) {
  const asks = (element) =>
    element.isContentEditable ||
    element.matches("textarea, select, [role=textbox], [role=searchbox], [role=combobox], [inputmode]") ||
    (element.localName === "input" && !["file", "checkbox", "radio", "button", "submit", "reset", "image", "range", "color", "hidden"].includes(element.type));
  const faults = [];
  for (const element of root.querySelectorAll("*")) {
    if (asks(element)) faults.push(`${named(element)} would raise a keyboard`);
    if (element.localName === "iframe" || element.localName === "object") faults.push(`${named(element)} cannot be looked into`);
    if (element.shadowRoot) faults.push(...keyboardFaults(element.shadowRoot));
  }
  if (root === document && document.activeElement && asks(document.activeElement)) faults.push("the focus raises a keyboard");
  return faults;
}

// What only screen readers hear is a box of one pixel.
const onlySaid = (element) => {
  const box = element.getBoundingClientRect();
  return box.width <= 2 || box.height <= 2;
};

const scrolls = (style) => /auto|scroll/.test(style.overflowX) || /auto|scroll/.test(style.overflowY);
const clips = (style) => style.overflowX !== "visible" || style.overflowY !== "visible";
const painted = (style) =>
  style.backgroundColor !== "rgba(0, 0, 0, 0)" || parseFloat(style.borderTopWidth) + parseFloat(style.borderLeftWidth) > 0;

/** The lines of a text as far as ink reaches: a font's line is higher than its letters. */
function inkOf(node, size) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const spare = size * 0.15;
  return [...range.getClientRects()]
    .filter((line) => line.width > 0)
    .map(({ left, right, top, bottom }) => ({ left, right, top: top + spare, bottom: bottom - spare }));
}

/** What is wrong with one line of a label. `from` is the element that holds its words. */
function lineFault(line, from) {
  const outside = (edge, slack, sideways) =>
    line.left < edge.left - slack || line.right > edge.right + slack ||
    (!sideways && (line.top < edge.top - slack || line.bottom > edge.bottom + slack));
  let seen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  let inScroller = false;
  for (let box = from; box && box !== document.documentElement; box = box.parentElement) {
    const style = getComputedStyle(box);
    const edge = box.getBoundingClientRect();
    if (style.display === "inline" || style.display === "contents") continue;
    if (style.textOverflow === "ellipsis" && box.scrollWidth > box.clientWidth) return `is shortened by ${named(box)}`;
    // What scrolls up and down may end anywhere there, but never sideways.
    if (scrolls(style)) {
      if (outside(edge, 1, true)) return `runs out of ${named(box)} sideways`;
      seen = { left: Math.max(seen.left, edge.left), top: Math.max(seen.top, edge.top), right: Math.min(seen.right, edge.right), bottom: Math.min(seen.bottom, edge.bottom) };
      inScroller = true;
    } else if ((clips(style) || painted(style) || box.localName === "button") && outside(edge, 1, inScroller)) {
      return `is cut off by ${named(box)}`;
    }
    // What is fixed to the window scrolls with nothing around it.
    if (style.position === "fixed") break;
  }
  if (outside({ left: 0, top: 0, right: innerWidth, bottom: innerHeight }, 1, inScroller)) return "is outside the window";
  // Where its middle can be seen without scrolling, nothing lies over it. Edges fall between pixels.
  const [x, y] = [(line.left + line.right) / 2, (line.top + line.bottom) / 2];
  if (x < seen.left + 1 || x > seen.right - 1 || y < seen.top + 1 || y > seen.bottom - 1) return null;
  const hit = document.elementFromPoint(x, y);
  return hit === null || !(hit.contains(from) || from.contains(hit)) ? `is covered by ${named(hit)}` : null;
}

function labelFaults() {
  const faults = [];
  let labels = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.trim();
    const holder = node.parentElement;
    if (words === "" || holder.closest("script, style, .said") || onlySaid(holder)) continue;
    const style = getComputedStyle(holder);
    if (style.visibility !== "visible") continue;
    labels += 1;
    for (const line of inkOf(node, parseFloat(style.fontSize))) {
      const fault = lineFault(line, holder);
      if (fault !== null) {
        faults.push(`"${words}" ${fault}`);
        break;
      }
    }
  }
  return { labels, faults: [...faults, ...overflowFaults()] };
}

/** What reaches furthest to the right in a box, for who looks for the cause. */
function furthest(box) {
  const right = (element) => element.getBoundingClientRect().right;
  const most = [...box.querySelectorAll("*")].reduce((far, element) => (right(element) > right(far) ? element : far), box);
  return `${named(most)} "${most.textContent.trim().slice(0, 40)}" ${placed(most.getBoundingClientRect())}`;
}

/** Boxes whose content is wider or higher than they are while nobody can scroll there. */
function overflowFaults() {
  const faults = [];
  for (const box of document.querySelectorAll("body, body *")) {
    if (!(box instanceof HTMLElement) || box.matches(".said, .said *") || onlySaid(box)) continue;
    const style = getComputedStyle(box);
    if (style.display === "inline" || (!clips(style) && box.localName !== "button")) continue;
    const wide = box.scrollWidth > box.clientWidth + 1;
    const high = box.scrollHeight > box.clientHeight + 1 && !/auto|scroll/.test(style.overflowY);
    if (wide || high) {
      const most = wide ? `; furthest out: ${furthest(box)}` : "";
      faults.push(`${named(box)} is ${box.clientWidth}x${box.clientHeight}, its content ${box.scrollWidth}x${box.scrollHeight}${most}`);
    }
  }
  return faults;
}

function measured() {
  const keys = keyFaults();
  const labels = labelFaults();
  return { keys: keys.keys, labels: labels.labels, key_faults: [...keys.faults, ...keyboardFaults()], label_faults: labels.faults };
}

// A new size reaches the page at the beginning of a frame, before what that frame calls: the page has drawn itself anew
// by then.
const begun = performance.now();
function frame(still) {
  if (innerWidth !== width || innerHeight !== height) {
    if (performance.now() - begun > 20_000) {
      answer({ keys: 0, labels: 0, key_faults: [`the window stayed ${innerWidth}x${innerHeight}`], label_faults: [] });
      return;
    }
    requestAnimationFrame(() => { frame(0); });
  } else if (still < 1) {
    requestAnimationFrame(() => { frame(still + 1); });
  } else {
    answer(measured());
  }
}
document.fonts.ready.then(() => { frame(0); });
