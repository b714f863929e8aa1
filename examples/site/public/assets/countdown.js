// The sale's clock. Its minutes are looked for in a place the page does not have, so it throws: a planted fault.
const clock = document.querySelector('[data-countdown]');
const left = Math.max(0, Date.parse(clock.dataset.countdown) - Date.now());
clock.querySelector('[data-minutes]').textContent = Math.floor(left / 60_000) % 60;
clock.querySelector('[data-hours]').textContent = Math.floor(left / 3_600_000) % 24;
clock.querySelector('[data-days]').textContent = Math.floor(left / 86_400_000);
