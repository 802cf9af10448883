// A tweet's menu shuts when one presses elsewhere, or Escape. Of one name, only one is open.

const opened = () => document.querySelector('.menu[open]')

export const begin = () => {
  document.addEventListener('click', ({ target }) => {
    const menu = opened()
    if (menu && !menu.contains(target)) menu.open = false
  })
  document.addEventListener('keydown', ({ key }) => {
    const menu = key === 'Escape' && opened()
    if (!menu) return
    menu.open = false
    menu.querySelector('summary').focus()
  })
}
