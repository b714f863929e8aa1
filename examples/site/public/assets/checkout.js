// The six screens of the checkout: the order at the side, the way of delivery, and the end.
const put = (name, text) => {
  for (const place of document.querySelectorAll(`[data-${name}]`)) place.textContent = text;
};

function showOrder() {
  put('subtotal', basket.euros(basket.subtotal()));
  put('delivery', basket.euros(basket.delivery()));
  put('total', basket.euros(basket.subtotal() + basket.delivery()));
  document.querySelector('[data-brief]')?.replaceChildren(...basket.lines().map((line) => {
    const item = document.createElement('li');
    const sum = Object.assign(document.createElement('span'), { textContent: basket.euros(line.count * line.price) });
    item.append(`${line.count} × ${line.name}`, sum);
    return item;
  }));
}

function review(lines) {
  const full = basket.count() > 0;
  document.querySelector('[data-when="full"]').hidden = !full;
  document.querySelector('[data-when="empty"]').hidden = full;
  drawLines(lines);
}

function chooseDelivery(form) {
  for (const place of form.querySelectorAll('[data-price]')) place.textContent = basket.euros(basket.price(place.dataset.price));
  form.elements.delivery.value = basket.way();
  form.addEventListener('change', () => {
    basket.choose(form.elements.delivery.value);
    showOrder();
  });
}

function thank(place) {
  const items = basket.count();
  document.querySelector('[data-no-order]').hidden = items > 0;
  if (!items) return;
  const value = basket.subtotal() + basket.delivery();
  place.hidden = false;
  put('number', `CM-${String(Date.now()).slice(-6)}`);
  put('items', items === 1 ? 'one pot' : `${items} pots`);
  put('paid', basket.euros(value));
  snag('purchase', { value, currency: 'EUR', props: { items: String(items), delivery: basket.way() } });
  // Emptied at once, so that a reload of this page is no second purchase.
  basket.clear();
}

showOrder();
const lines = document.querySelector('[data-lines]');
const ways = document.querySelector('[data-delivery-choice]');
const order = document.querySelector('[data-order]');
if (lines) review(lines);
if (ways) chooseDelivery(ways);
if (order) thank(order);
