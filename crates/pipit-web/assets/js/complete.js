// Suggests people and hashtags while one writes @ or #.

import { make } from './dom.js'
import { say } from './say.js'

const WAIT_MS = 150
const WORD = /(?:^|[^\w@#])([@#][\p{L}\p{M}\p{N}_]{1,50})$/u

export const start = (text) => {
  const list = make('ul', { id: `${text.id}-list`, className: 'suggestions', role: 'listbox', hidden: true })
  list.ariaLabel = say('suggestions')
  text.after(list)
  text.setAttribute('aria-autocomplete', 'list')
  text.setAttribute('aria-haspopup', 'listbox')
  let timer
  let asked = ''

  const word = () => {
    const before = text.value.slice(0, text.selectionStart)
    return WORD.exec(before)?.[1] ?? ''
  }
  const hide = () => {
    list.hidden = true
    text.removeAttribute('aria-controls')
    text.removeAttribute('aria-activedescendant')
  }
  const options = () => [...list.children]
  const current = () => options().findIndex((option) => option.ariaSelected === 'true')
  const select = (at) => {
    const all = options()
    const chosen = all[(at + all.length) % all.length]
    all.forEach((option) => { option.ariaSelected = String(option === chosen) })
    text.setAttribute('aria-activedescendant', chosen.id)
    chosen.scrollIntoView({ block: 'nearest' })
  }
  const take = (option) => {
    const end = text.selectionStart
    text.setRangeText(`${option.dataset.text} `, end - word().length, end, 'end')
    hide()
    text.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const show = (found) => {
    list.replaceChildren(...found.map(({ text: value, name }, n) => {
      const option = make('li', { id: `${list.id}-${n}`, role: 'option', ariaSelected: 'false' })
      option.dataset.text = value
      option.append(make('bdi', { textContent: value }))
      if (name) option.append(' ', make('span', { textContent: name, dir: 'auto' }))
      return option
    }))
    list.hidden = found.length === 0
    if (list.hidden) hide()
    else {
      text.setAttribute('aria-controls', list.id)
      select(0)
    }
  }
  const ask = async () => {
    const now = word()
    if (now === asked) return
    asked = now
    if (!now) {
      hide()
      return
    }
    try {
      const response = await fetch(`/complete?q=${encodeURIComponent(now)}`)
      // By now something else may stand there.
      if (response.ok && asked === now) show((await response.json()).suggestions)
    } catch {
      hide()
    }
  }

  text.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, WAIT_MS)
  })
  text.addEventListener('blur', hide)
  list.addEventListener('mousedown', (event) => {
    // The text keeps the focus.
    event.preventDefault()
    const option = event.target.closest('li')
    if (option) take(option)
  })
  text.addEventListener('keydown', (event) => {
    // What was typed since is not what they are for.
    if (list.hidden || word() !== asked || event.isComposing || event.ctrlKey || event.metaKey) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) select(current() + step)
    else if (event.key === 'Enter' || event.key === 'Tab') take(options()[current()])
    else if (event.key === 'Escape') hide()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  // What was typed while this was on its way.
  ask()
}
