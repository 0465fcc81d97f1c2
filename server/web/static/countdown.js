// The time that is left, by the server's clock: the page says what it was when it was made.
const box = document.querySelector("[data-countdown]");

if (box) {
  const ahead = Number(box.dataset.now) - Date.now();
  const until = Number(box.dataset.until);
  const clock = box.querySelector("[data-clock]");
  const voice = box.querySelector("[data-announce]");
  const SPOKEN_MIN = [10, 5, 2, 1];
  let spoken = Infinity;

  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now() - ahead) / 1000));
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const two = (number) => String(number).padStart(2, "0");
    clock.textContent = hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
    box.classList.toggle("is-short", left < 120);
    const due = SPOKEN_MIN.find((one) => left === one * 60);
    if (due && due < spoken) {
      spoken = due;
      voice.textContent = due === 1 ? box.dataset.sayOne : box.dataset.say.replace("{n}", due);
    }
    if (left === 0) {
      clearInterval(timer);
      setTimeout(() => location.replace(location.pathname), 1500); // the server's second may be a little longer
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}
