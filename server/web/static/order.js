// Shows the order of this page by the public API. The secret comes in the link's fragment, and stays in this tab for
// the way back from the payment, which has no fragment.
"use strict";

const REPEAT_MS = 2000;
const REPEATS = 60;
const STATES = {
  reserving: "Your seats are being reserved.",
  reserved: "Your seats are held for you.",
  partially_reserved: "Some of your seats are held for you; the others are sold out.",
  confirmed: "Your order is confirmed.",
  expired: "The time to complete this order is over, and its seats were released.",
  cancelled: "This order was cancelled.",
};
const part = (id) => document.getElementById(id);

function secretOfThisOrder() {
  const given = location.hash.slice(1);
  try {
    if (given) sessionStorage.setItem(location.pathname, given);
    return given || sessionStorage.getItem(location.pathname) || "";
  } catch {
    return given; // a browser that stores nothing
  }
}

function money(amount, currency) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function say(text) {
  part("message").hidden = !text;
  part("message").textContent = text;
}

function show(order) {
  const isHeld = order.state === "reserved" || order.state === "partially_reserved";
  part("state").textContent = STATES[order.state] || order.state;
  part("locator").textContent = order.locator || "";
  part("until").textContent = isHeld ? `, held until ${new Date(order.expires_at).toLocaleString()}` : "";
  part("total").textContent = money(order.total, order.currency);
  part("lines").replaceChildren(
    ...order.lines.map((line) => {
      const row = document.createElement("tr");
      const seats = line.granted === line.quantity ? `${line.granted}` : `${line.granted} of ${line.quantity}`;
      for (const [kind, text] of [["th", line.name], ["td", seats], ["td", money(line.price, order.currency)]]) {
        row.append(Object.assign(document.createElement(kind), { textContent: text }));
      }
      row.firstChild.scope = "row";
      return row;
    }),
  );
  part("order").hidden = false;
  const returned = part("returned");
  if (returned && !isHeld) returned.remove();
  say(order.needs_attention ? "The organizers look at the payment of this order, and will write to you." : "");
}

async function read(secret, left) {
  const [, slug, , order] = location.pathname.split("/");
  let again = part("returned") !== null;
  try {
    const address = `/api/v1/conferences/${slug}/orders/${order}`;
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${secret}` }, cache: "no-store" });
    const found = await answer.json();
    if (answer.ok) {
      show(found);
      again = part("returned") !== null;
    } else {
      say(found.title);
      again = again && answer.status >= 500;
    }
  } catch {
    say("The server cannot be reached. Check your connection, and load this page again.");
  }
  if (again && left > 0) setTimeout(read, REPEAT_MS, secret, left - 1);
}

function start() {
  const secret = secretOfThisOrder();
  if (secret) read(secret, REPEATS);
  else say("The confirmation of an order comes by mail. Open the link in your mail to see the order here.");
}

addEventListener("hashchange", start);
start();
