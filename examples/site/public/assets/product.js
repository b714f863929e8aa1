// A product's page: put it into the basket. The button of a pot between kilns (#notify) has no listener: a planted fault.
const buy = document.querySelector('[data-add]');
buy?.addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  basket.add(buy.dataset.add, buy.elements.quantity.valueAsNumber);
  document.querySelector('[data-added]').hidden = false;
});
