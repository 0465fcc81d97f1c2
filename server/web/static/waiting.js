// After the payment: look until the provider has told the server, without moving the page under the reader.
const LOOK_MS = 2000;
const LOOKS = 90;

async function look(left) {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
    if (answer.ok && !(await answer.text()).includes("data-waiting")) {
      location.reload(); // with ?returned, so that a payment that failed is said to have failed
      return;
    }
  } catch {
    // away for a moment: the next look may find it
  }
  if (left > 0) setTimeout(look, LOOK_MS, left - 1);
}

if (document.querySelector("[data-waiting]")) setTimeout(look, LOOK_MS, LOOKS);
