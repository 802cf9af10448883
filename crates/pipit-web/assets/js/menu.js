// A tweet's menu shuts when one presses elsewhere, or Escape.

let started = false

export const start = () => {
  if (started) return
  started = true
  document.addEventListener('click', ({ target }) => {
    for (const menu of document.querySelectorAll('.menu[open]')) {
      if (!menu.contains(target)) menu.open = false
    }
  })
  document.addEventListener('keydown', ({ key }) => {
    const menu = key === 'Escape' && document.querySelector('.menu[open]')
    if (!menu) return
    menu.open = false
    menu.querySelector('summary').focus()
  })
}
