// Puts a search field before each table that can be searched. Without it the table is whole.
for (const table of document.querySelectorAll('table[data-find]')) {
  const spanish = document.documentElement.lang === 'es';
  const label = document.createElement('label');
  label.className = 'find';
  label.textContent = spanish ? 'Buscar' : 'Find';
  const field = document.createElement('input');
  field.type = 'search';
  field.autocomplete = 'off';
  label.append(field);
  const count = document.createElement('p');
  count.setAttribute('role', 'status');
  const rows = [...table.tBodies[0].rows];
  const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = rows.map((row) => plain(row.textContent));
  field.addEventListener('input', () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !wanted.every((word) => words[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    count.textContent = wanted.length === 0 ? '' : `${shown} ${spanish ? 'de' : 'of'} ${rows.length}`;
  });
  table.closest('.wide').before(label, count);
}
