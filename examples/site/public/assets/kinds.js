// The catalogue's buttons: show one kind of pot, or all.
const chips = [...document.querySelectorAll('.chip')];
for (const chip of chips) {
  chip.addEventListener('click', () => {
    for (const other of chips) other.setAttribute('aria-pressed', String(other === chip));
    const cards = [...document.querySelectorAll('.card')];
    for (const card of cards) card.hidden = Boolean(chip.dataset.kind) && card.dataset.kind !== chip.dataset.kind;
    const shown = cards.filter((card) => !card.hidden).length;
    document.querySelector('[data-shown]').textContent = `${shown} pots`;
  });
}
