// Search in the page: every word asked for must begin a word of the pot's name, kind or description.
const KINDS = { drinking: 'drinking cup', table: 'table', home: 'house home' };
const asked = (new URLSearchParams(location.search).get('q') ?? '').trim().slice(0, 80);
const wanted = asked.toLowerCase().split(/\s+/).filter(Boolean).map((word) => word.replace(/s$/, ''));
document.querySelector('#q').value = asked;

const found = wanted.length
  ? pots.filter((pot) => {
      const words = `${pot.name} ${KINDS[pot.kind]} ${pot.words}`.toLowerCase().split(/[^\p{L}]+/u);
      return wanted.every((want) => words.some((word) => word.startsWith(want)));
    })
  : [];

document.querySelector('[data-results]').replaceChildren(...found.map((pot) => {
  const card = Object.assign(document.createElement('li'), { className: 'card' });
  const link = Object.assign(document.createElement('a'), { href: `/product/${pot.slug}`, id: `card-${pot.slug}` });
  link.append(
    Object.assign(document.createElement('img'), { src: `/assets/pictures/${pot.slug}.svg`, alt: '', width: 400, height: 400 }),
    Object.assign(document.createElement('h2'), { textContent: pot.name }),
    Object.assign(document.createElement('p'), { textContent: pot.words }),
    Object.assign(document.createElement('p'), { className: 'price', textContent: basket.euros(pot.price) }),
  );
  card.append(link);
  return card;
}));
if (wanted.length) {
  const many = found.length === 1 ? 'One pot' : `${found.length || 'No'} pots`;
  document.querySelector('[data-found]').textContent = `${many} for “${asked}”`;
}
