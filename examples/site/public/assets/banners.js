// Shows one of the banners, drawn afresh at every look at the page, each with the same chance.
const stage = document.querySelector('[data-banners]');
const banners = [...stage.querySelectorAll('template')];
stage.replaceChildren(banners[Math.floor(Math.random() * banners.length)].content.cloneNode(true));
