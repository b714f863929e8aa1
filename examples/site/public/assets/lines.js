// Draws the basket's lines into a table, as text alone or with fields to change them.
globalThis.drawLines = (body, changed) => {
  body.replaceChildren(...basket.lines().map((line) => {
    const row = document.createElement('tr');
    const name = row.insertCell();
    const words = Object.assign(document.createElement('div'), { className: 'line' });
    const picture = Object.assign(document.createElement('img'), { src: `/assets/pictures/${line.slug}.svg`, alt: '', width: 68, height: 68 });
    const link = Object.assign(document.createElement('a'), { href: `/product/${line.slug}`, textContent: line.name });
    words.append(picture, changed ? link : line.name);
    name.append(words);

    const count = row.insertCell();
    if (changed) {
      const field = Object.assign(document.createElement('input'), { type: 'number', min: 1, max: 12, value: line.count, id: `count-${line.slug}` });
      field.setAttribute('aria-label', `How many of ${line.name}`);
      field.addEventListener('change', () => {
        if (field.reportValidity()) changed(line.slug, field.valueAsNumber);
      });
      count.append(field);
    } else {
      count.textContent = line.count;
    }

    const sum = row.insertCell();
    sum.className = 'sum';
    sum.textContent = basket.euros(line.count * line.price);

    if (changed) {
      const drop = Object.assign(document.createElement('button'), { type: 'button', className: 'drop', textContent: 'Remove', id: `drop-${line.slug}` });
      drop.setAttribute('aria-label', `Remove ${line.name}`);
      drop.addEventListener('click', () => changed(line.slug, 0));
      row.insertCell().append(drop);
    }
    return row;
  }));
};
