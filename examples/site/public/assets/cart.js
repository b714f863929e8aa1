// The basket page: lines that can be changed, and their sum.
function draw() {
  const full = basket.count() > 0;
  document.querySelector('[data-when="full"]').hidden = !full;
  document.querySelector('[data-when="empty"]').hidden = full;
  document.querySelector('[data-subtotal]').textContent = basket.euros(basket.subtotal());
  drawLines(document.querySelector('[data-lines]'), (slug, count) => {
    basket.set(slug, count);
    draw();
  });
}
draw();
