// What pages do beyond links and forms: clocks that run, news by server-sent events, copy buttons, local times, and
// the passkey touch. Every page says the same without it. Text goes into the page as text, never as markup.
"use strict";

const body = document.body;
const live = document.getElementById("live");
const started = Date.now();
const servedAt = Date.parse(body.dataset.now || "") || started;
// The clock of the node, not that of this machine.
const now = () => servedAt + (Date.now() - started);

// ---- Clocks
const two = (n) => String(n).padStart(2, "0");

function left(ms) {
  const minutes = Math.ceil(ms / 60000);
  const hours = Math.floor(minutes / 60);
  return hours >= 24 ? `${Math.floor(hours / 24)}d ${two(hours % 24)}h` : `${two(hours)}:${two(minutes % 60)}`;
}

function tick() {
  for (const cell of document.querySelectorAll("[data-until]")) {
    const remains = Date.parse(cell.dataset.until) - now();
    if (remains > 0) {
      cell.textContent = left(remains);
      if (remains < 60000) say(`A clock ends at ${cell.dataset.until}.`, true);
    } else if (!cell.classList.contains("overdue")) {
      cell.textContent = "ended; reload to see where it stands";
      cell.classList.add("overdue");
      say("A clock has ended. Reload to see where it stands.", true);
    }
  }
}

// ---- The live region speaks at most once a minute, except of the last minute of a clock.
let spoke = 0;

function say(text, isLast) {
  if (!live || live.textContent === text || (!isLast && Date.now() - spoke < 60000)) return;
  spoke = Date.now();
  live.textContent = text;
}

// ---- Local times, on focus or hover
function showLocal(event) {
  const time = event.target.closest && event.target.closest("time[datetime]");
  if (!time || time.dataset.local) return;
  const at = new Date(time.getAttribute("datetime"));
  if (Number.isNaN(at.getTime())) return;
  time.dataset.local = at.toLocaleString(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
}

// ---- Copy buttons: <button hidden data-copy="#id">
function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      await navigator.clipboard.writeText(source.value || source.textContent);
      say("Copied.", true);
    });
  }
}

// ---- News. An event "live" carries {"name": text or number} for elements with data-live="name"; "changed" says that
// the record has grown.
function listen() {
  if (!body.dataset.events || !window.EventSource) return;
  const events = new EventSource(body.dataset.events);
  events.addEventListener("live", (event) => {
    for (const [name, value] of Object.entries(JSON.parse(event.data))) {
      for (const element of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
        if (element instanceof HTMLProgressElement) element.value = value;
        else element.textContent = String(value);
      }
    }
  });
  events.addEventListener("changed", () => say("The record has changed since this page was made. Reload to see it.", true));
  events.addEventListener("ended", () => location.reload());
  events.addEventListener("error", () => {
    const at = new Date(servedAt).toISOString().slice(11, 19);
    say(`As of ${at} UTC: the connection to this node ended. Reload.`, true);
  });
}

// ---- Passkeys: <form data-passkey="get" or "create" data-options="/address">. The server's options go to the
// browser; what the key signs goes into the form's field "credential", and the form is sent.
async function touch(form) {
  const mark = form.elements.form_mark;
  const response = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "content-type": "application/json", "x-detente": "page" },
    body: JSON.stringify({ form_mark: mark ? mark.value : "", ...Object.fromEntries(shared(form)) }),
  });
  if (!response.ok) throw new Error((await problem(response)) || `the server answered ${response.status}`);
  const { publicKey } = await response.json();
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return JSON.stringify(credential.toJSON());
}

// Fields that the server needs before it gives options: <input data-shared>.
const shared = (form) => [...form.querySelectorAll("[data-shared]")].map((field) => [field.name, field.value]);

async function problem(response) {
  try {
    const { title, detail } = await response.json();
    return [title, detail].filter(Boolean).join(": ");
  } catch {
    return "";
  }
}

function passkeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) continue;
    for (const button of form.querySelectorAll("button[disabled]")) button.disabled = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      try {
        form.elements.credential.value = await touch(form);
        form.requestSubmit();
      } catch (error) {
        say(`The passkey was not used: ${error.message}`, true);
      }
    });
  }
}

document.addEventListener("mouseover", showLocal);
document.addEventListener("focusin", showLocal);
copyButtons();
passkeys();
listen();
tick();
setInterval(tick, 15000);
