// The pages work without this: it keeps them up to date, opens dialogs in place and knows the keys. What it shows comes from the server, as the
// page itself: after a change the page is fetched again, and what differs in its parts with an id and data-live is taken over.
const body = document.body;
const link = document.getElementById("link");
const pause = document.getElementById("pause");
const newer = document.getElementById("newer");
const units = body.dataset.units.split("|");

// Times: local, with UTC in the title; ages grow.
const two = (number) => String(number).padStart(2, "0");
const day = (time) => `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
function ageOf(seconds) {
  const s = Math.max(0, seconds);
  return s < 100 ? Math.floor(s) + units[0] : s < 6000 ? Math.floor(s / 60) + units[1]
    : s < 172800 ? Math.floor(s / 3600) + units[2] : Math.floor(s / 86400) + units[3];
}
function tell(root) {
  for (const element of root.querySelectorAll("time[data-when]")) {
    const time = new Date(element.dateTime);
    const text = element.dataset.when === "age" ? ageOf((Date.now() - time) / 1000)
      : (day(time) === day(new Date()) ? "" : day(time) + " ")
        + `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
    if (element.textContent !== text) element.textContent = text;
  }
}

// Taking over what differs. What the server sent is remembered, and compared without the texts of times, which change by themselves.
const sent = new Map();
const htmlOf = (element) => element.outerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");
const remember = (root) => root.querySelectorAll("[data-live], [data-rows] > [id]").forEach((one) => sent.set(one.id, htmlOf(one)));
const isBusy = (element) => element.contains(document.activeElement) || element.querySelector("dialog[open]");
let pending = null;

function takeRow(row, fresh) {
  const html = htmlOf(fresh);
  if (sent.get(row.id) === html || row.querySelector("dialog[open]")) return;
  const focused = row.contains(document.activeElement) ? document.activeElement.getAttribute("href") ?? document.activeElement.name : null;
  const chosen = row.querySelector("input:checked")?.value;
  sent.set(row.id, html);
  row.replaceChildren(...fresh.childNodes);

  // Chosen for an order to whom it was then: who has it now was not chosen.
  const box = row.querySelector("input[type=checkbox]");
  if (box) box.checked = box.value === chosen;
  if (focused) [...row.querySelectorAll("a, input")].find((one) => (one.getAttribute("href") ?? one.name) === focused)?.focus();
  row.classList.remove("changed");
  void row.offsetWidth;
  row.classList.add("changed");
}
function takeRows(rows, fresh, evenUnderHands) {
  const wanted = [...fresh.children];
  const present = new Map([...rows.children].map((row) => [row.id, row]));
  for (const row of wanted) if (present.has(row.id)) takeRow(present.get(row.id), row);
  const isSame = wanted.length === rows.children.length && wanted.every((row, index) => rows.children[index].id === row.id);
  if (isSame) return;
  if (!evenUnderHands && (rows.matches(":hover") || isBusy(rows))) {
    pending = true;
    return;
  }
  rows.replaceChildren(...wanted.map((row) => {
    if (present.has(row.id)) return present.get(row.id);
    sent.set(row.id, htmlOf(row));
    return row;
  }));
  const kept = new Set(wanted.map((row) => row.id));
  for (const id of present.keys()) if (!kept.has(id)) sent.delete(id);
}
function take(page, evenUnderHands) {
  pending = null;
  page.querySelectorAll("dialog[open]").forEach((dialog) => dialog.removeAttribute("open"));
  for (const element of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(element.id);
    if (!fresh) continue;
    if ("rows" in element.dataset) takeRows(element, fresh, evenUnderHands);
    else if (sent.get(element.id) !== htmlOf(fresh) && !isBusy(element)) {
      sent.set(element.id, htmlOf(fresh));
      element.replaceChildren(...fresh.childNodes);
    }
  }
  tell(document);
  if (newer) newer.hidden = !pending;
  document.dispatchEvent(new CustomEvent("taken"));
}

// One fetch at a time, as far apart as the member says, and one more a second after the last change: lists are written behind the journal.
let pace = 500, isFetching = false, again = false, againEvenUnderHands = false, later = 0;
async function refresh(evenUnderHands) {
  if (isFetching) {
    again = true;
    againEvenUnderHands ||= evenUnderHands === true;
    return false;
  }
  isFetching = true;
  let isFresh = false;
  try {
    const answer = await fetch(body.dataset.page, { headers: { accept: "text/html", "x-refresh": "1" }, redirect: "manual" });
    if (answer.status === 401) location.reload();
    else if (answer.ok) {
      take(new DOMParser().parseFromString(await answer.text(), "text/html"), evenUnderHands);
      isFresh = true;
    }
  } catch { /* The feed says that the member is away. */ }
  setTimeout(() => {
    isFetching = false;
    if (!again) return;
    const evenSo = againEvenUnderHands;
    again = againEvenUnderHands = false;
    refresh(evenSo);
  }, pace);
  return isFresh;
}
function changed() {
  refresh();
  clearTimeout(later);
  later = setTimeout(refresh, 1200);
}

// The feed: closed while nobody looks, since a browser has few connections to a host.
let feed = null, retry = 0, silence = 0, isPaused = false, isFull = false, patience = 2000;
function show(state) {
  if (!link || link.dataset.state === state) return;
  link.dataset.state = state;
  link.textContent = link.dataset[`${state}Word`];
}
function heard() {
  clearTimeout(silence);
  silence = setTimeout(() => { show("off"); open(); }, 40000);
  patience = 2000;
  show("live");
}
function close() {
  clearTimeout(retry);
  clearTimeout(silence);
  feed?.close();
  feed = null;
  isFull = false;
}
function open() {
  close();
  if (!body.dataset.feed || isPaused || document.hidden) return;
  feed = new EventSource(body.dataset.feed);

  // Comes first of all, when nothing that happens from then on is missed, and then every few seconds.
  feed.addEventListener("still-here", (told) => { pace = Number(told.data) || pace; heard(); refresh(); });
  feed.addEventListener("changed", (told) => {
    heard();
    if (!body.dataset.watch || !told.data || told.data.split("\n").includes(body.dataset.watch)) changed();
  });

  // No place to watch from. This feed ends now, and the browser comes again after the pause that it was told.
  feed.addEventListener("full", () => { clearTimeout(silence); isFull = true; show("slow"); refresh(); });
  feed.onerror = async () => {
    if (isFull) { isFull = false; return; }
    show("off");
    if (feed?.readyState !== EventSource.CLOSED) return;

    // The member answers with an error, or a proxy in its place, and browsers do not try again by themselves. While the page itself can be had, less
    // and less often.
    clearTimeout(retry);
    const isThere = await refresh();
    if (isThere && feed) show("slow");
    patience = isThere ? Math.min(2 * patience, 30000) : 2000;
    retry = setTimeout(open, patience);
  };
}
function pauseOrGoOn() {
  isPaused = !isPaused;
  pause.textContent = isPaused ? pause.dataset.resume : pause.dataset.pause;
  if (isPaused) { close(); show("paused"); } else open();
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { close(); show("paused"); } else if (!isPaused) open();
});

// Dialogs: in place, and the focus goes back to where it was.
let opener = null;
function openDialog(id, from) {
  const dialog = document.getElementById(id);
  if (!dialog) return false;
  opener = from;
  dialog.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector("[data-first]")?.focus();
  return true;
}
document.addEventListener("close", () => {
  const back = opener?.isConnected ? opener : opener?.id ? document.getElementById(opener.id) : null;
  back?.focus();
  opener = null;
}, true);
document.addEventListener("click", (event) => {
  const from = event.target.closest("[data-open]");
  if (from && openDialog(from.dataset.open, from)) event.preventDefault();
  const cancel = event.target.closest("[data-close]");
  if (cancel?.closest("dialog")?.open) { cancel.closest("dialog").close(); event.preventDefault(); }
  if (event.target.closest("[data-newer]")) refresh(true);
});

// Streams that are chosen for one order.
const choice = document.getElementById("chosen");
function countChosen() {
  if (!choice) return;
  const count = document.querySelectorAll("[data-rows] input:checked").length;
  document.getElementById("chosen-count").textContent = count;
  choice.querySelectorAll("button").forEach((button) => { button.disabled = count === 0; });
}
document.addEventListener("change", countChosen);
document.addEventListener("taken", countChosen);
countChosen();

// The keys.
let isGoing = false;
function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
  const at = rows.indexOf(document.activeElement.closest("tr")?.querySelector("[data-row]") ?? document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}
const keys = {
  "/": () => document.getElementById("find")?.focus(),
  "?": (event) => openDialog("help", document.activeElement ?? event.target),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.activeElement.closest("[data-rows] tr")?.querySelector("input[type=checkbox]")?.click(),
  K: () => choice?.querySelector("button[value=kick]:enabled")?.click(),
  n: () => { if (newer && !newer.hidden) refresh(true); },
  g: () => { isGoing = true; setTimeout(() => { isGoing = false; }, 1500); },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
  if (isGoing) {
    isGoing = false;
    const target = document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.click(); return; }
  }
  if (keys[event.key]) { event.preventDefault(); keys[event.key](event); }
});

document.querySelectorAll("[data-needs-script]").forEach((one) => { one.hidden = false; });
if (pause) { pause.hidden = false; pause.addEventListener("click", pauseOrGoOn); }
remember(document);
tell(document);
setInterval(() => { if (!document.hidden) tell(document); }, 1000);
document.querySelectorAll("dialog[open]").forEach((dialog) => openDialog(dialog.id, document.querySelector(`[data-open="${CSS.escape(dialog.id)}"]`)));
open();

// Drawings: one of their marks can be reached with Tab, the arrow keys walk the others.
document.addEventListener("keydown", (event) => {
  const drawing = event.target.closest?.("svg.lanes, svg.field");
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: drawing?.matches(".field") ? 16 : 1, ArrowUp: drawing?.matches(".field") ? -16 : -1 }[event.key];
  if (!drawing || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  const marks = [...drawing.querySelectorAll("a[tabindex]")];
  const next = marks[marks.indexOf(event.target) + step];
  if (next) { event.preventDefault(); next.focus(); }
});

// Clocks in drawings: local, as the times in the table.
function tellClocks() {
  for (const label of document.querySelectorAll("[data-clock]")) {
    const time = new Date(label.dataset.clock);
    label.textContent = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  }
  document.querySelectorAll("[data-utc]").forEach((note) => { note.hidden = true; });
}
tellClocks();
document.addEventListener("taken", tellClocks);
