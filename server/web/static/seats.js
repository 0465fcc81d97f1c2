// The choice of seats: buttons for one more and one less, the total, and what is left at this moment.
const EVERY_MS = 10000;
const form = document.querySelector("form[data-availability]");

if (form) {
  const inputs = [...form.querySelectorAll("input[data-price]")];
  const { currency, digits } = form.dataset; // the server's digits: browsers do not agree on those of every currency
  const money = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  const total = form.querySelector("[data-total]");

  const count = (input) => Math.max(0, Math.trunc(Number(input.value)) || 0);
  const sum = () => {
    const amount = inputs.reduce((all, one) => all + count(one) * Number(one.dataset.price), 0);
    total.hidden = !inputs.some(count);
    total.querySelector("strong").textContent = money.format(amount / 10 ** digits);
  };

  for (const input of inputs) {
    const stepper = input.closest(".stepper");
    stepper.classList.add("is-stepped");
    for (const button of stepper.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        input.value = Math.min(Number(input.max), Math.max(0, count(input) + Number(button.dataset.step)));
        sum();
      });
    }
    input.addEventListener("input", sum);
  }

  const show = (seats) => {
    const place = form.querySelector(`[data-seats="${CSS.escape(seats.seat_type)}"] [data-left]`);
    if (!place) return;
    const { soldOut, few, many } = form.dataset;
    const chip = document.createElement("span");
    chip.className = seats.remaining === 0 ? "chip bad" : seats.remaining <= 10 ? "chip caution" : "chip";
    chip.textContent = seats.remaining === 0 ? soldOut : (seats.remaining <= 10 ? few : many).replace("{n}", seats.remaining);
    if (chip.textContent !== place.textContent.trim()) place.replaceChildren(chip);
  };
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(form.dataset.availability);
      if (answer.ok) (await answer.json()).seats.forEach(show);
    } catch {
      // what the page said stays until the next look
    }
  };
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", sum);
  sum();
}
