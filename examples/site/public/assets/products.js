// The nine pots: the one list that search, basket and checkout read.
globalThis.pots = [
  { slug: 'tide-mug', name: 'Tide mug', price: 24, kind: 'drinking', words: 'A generous mug with an unglazed foot that sits warm in the hand.' },
  { slug: 'limpet-cup', name: 'Limpet cup', price: 16, kind: 'drinking', words: 'A small cup without a handle, for espresso or a short tea.' },
  { slug: 'turf-teapot', name: 'Turf teapot', price: 78, kind: 'drinking', words: 'Four cups of tea, a drip-free spout and an arched handle.' },
  { slug: 'harbour-bowl', name: 'Harbour bowl', price: 32, kind: 'table', words: 'Deep enough for soup, wide enough for supper.' },
  { slug: 'dune-plate', name: 'Dune dinner plate', price: 28, kind: 'table', words: 'A flat, quiet plate with finger lines like wind on sand.' },
  { slug: 'burren-dish', name: 'Burren serving dish', price: 64, kind: 'table', words: 'A wide two-handled dish for the middle of the table.' },
  { slug: 'heron-jug', name: 'Heron jug', price: 46, kind: 'table', words: 'A sage jug with a clean pour, for water, milk or tulips.' },
  { slug: 'kelp-vase', name: 'Kelp vase', price: 54, kind: 'home', words: 'A narrow-necked vase that makes three stems look deliberate.' },
  { slug: 'bog-cotton-planter', name: 'Bog cotton planter', price: 38, kind: 'home', words: 'A rose-coloured planter with a drainage hole and a saucer.' },
];
