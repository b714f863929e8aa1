// The letter to the workshop: thanked for, sent nowhere.
const letter = document.querySelector('[data-letter]');
letter.addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  letter.reset();
  document.querySelector('[data-sent]').hidden = false;
});
