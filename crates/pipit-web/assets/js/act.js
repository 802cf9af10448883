// Likes, retweets, bookmarks, follows, lists and deletions take effect on the page at once; what the
// server then refuses is taken back, with its words.

import { Refused, send } from './send.js'
import { say } from './say.js'
import { toast } from './over.js'

// The class of each button, and what it says before and after.
const MARKS = {
  like: ['like', 'like', 'unlike'],
  retweet: ['rt', 'retweet', 'undo_retweet'],
  bookmark: ['keep', 'bookmark', 'unbookmark'],
}

const ACTIONS = [
  /^(\/@.+)\/(?:un)?(like|retweet|bookmark|follow|delete)$/,
  /^(\/tags\/.+)\/(?:un)?(follow)$/,
  /^(\/lists\/\d+)\/(add|remove)$/,
]

export const begin = () => {
  document.addEventListener('submit', (event) => {
    const action = (event.submitter ?? event.target).getAttribute('formaction') ??
      event.target.getAttribute('action')
    const [, base, verb] = ACTIONS.map((pattern) => pattern.exec(action)).find(Boolean) ?? []
    const handler = { follow, delete: remove, add: list, remove: list }[verb] ?? (verb && mark)
    // A handle that is typed may be nobody's: that the server has to say.
    const isTyped = event.target.elements.handle?.type === 'text'
    if (!handler || isTyped || event.defaultPrevented) return
    event.preventDefault()
    handler(event.target, { action, base, verb })
  })
}

const complain = (error) => {
  if (!(error instanceof Refused)) throw error
  const login = { label: say('sign_in'), href: `/login?next=${encodeURIComponent(location.pathname)}` }
  toast(error.message, error.status === 401 ? login : {})
}

// All places of the page where a tweet stands: it may have been retweeted.
const formsOf = (base) => document.querySelectorAll(`form.acts[action^="${base}/"]`)

const showMark = (form, base, verb, isOn) => {
  const [name, before, after] = MARKS[verb]
  const button = form.querySelector(`.${name}`)
  if (!button || button.classList.contains('on') === isOn) return
  button.classList.toggle('on', isOn)
  const action = `${base}/${isOn ? 'un' : ''}${verb}`
  if (button.hasAttribute('formaction')) button.setAttribute('formaction', action)
  else form.setAttribute('action', action)
  button.querySelector('.vh').textContent = say(isOn ? after : before)
  // Who takes a retweet back keeps the tweet, under its own name.
  const article = form.parentElement
  const line = verb === 'retweet' && article.querySelector('.why.own')
  if (line) {
    const own = `tweet-${base.split('/').at(-1)}`
    line.hidden = !isOn
    if (!isOn && !document.getElementById(own)) article.id = own
  }
  // Counts that are cut, as 1.2K is, stay as they are.
  const count = button.lastChild
  const shown = count.data?.trim()
  if (/^\d{0,3}$/.test(shown)) count.data = ` ${Number(shown) + (isOn ? 1 : -1) || ''}`
}

// What was pressed last, while the server has not heard of it.
const wanted = new Map()

// Shows a state at once and has the server follow, however fast one changes one's mind.
const bring = async (key, isOn, show, address, fields = {}) => {
  show(isOn)
  const isBusy = wanted.has(key)
  wanted.set(key, isOn)
  if (isBusy) return false
  let known = !isOn
  try {
    while (wanted.get(key) !== known) {
      const next = wanted.get(key)
      // Who presses and leaves at once has pressed all the same.
      await send(address(next), fields, { keepalive: true })
      known = next
    }
    return true
  } catch (error) {
    show(known)
    complain(error)
    return false
  } finally {
    wanted.delete(key)
  }
}

const mark = (form, { action, base, verb }) => {
  const show = (on) => formsOf(base).forEach((each) => showMark(each, base, verb, on))
  const address = (on) => `${base}/${on ? '' : 'un'}${verb}`
  bring(`${base}/${verb}`, action === address(true), show, address)
}

const showFollow = (base, isOn) => {
  for (const form of document.querySelectorAll(`form[action="${base}/${isOn ? '' : 'un'}follow"]`)) {
    form.setAttribute('action', `${base}/${isOn ? 'un' : ''}follow`)
    const button = form.querySelector('button')
    button.classList.toggle('plain', isOn)
    button.firstChild.data = say(isOn ? 'unfollow' : 'follow')
  }
}

const follow = async (form, { action, base }) => {
  const address = (on) => `${base}/${on ? '' : 'un'}follow`
  const isOn = action === address(true)
  const isDone = await bring(base, isOn, (on) => showFollow(base, on), address)
  // To follow again is all that undoing takes, so it has been done already.
  const again = () => follow(form, { action: address(true), base })
  const name = base.startsWith('/@') ? base.slice(1) : `#${decodeURIComponent(base.slice(6))}`
  if (isDone && !isOn) toast(say('unfollowed', name), { label: say('undo'), action: again })
}

// On a list or off it: the row stays, with a button for the way back.
const list = (form, { base, verb }) => {
  const address = (on) => `${base}/${on ? 'add' : 'remove'}`
  const show = (on) => {
    form.setAttribute('action', address(!on))
    const button = form.querySelector('button')
    button.classList.toggle('plain', on)
    button.firstChild.data = say(on ? 'remove' : 'add')
  }
  const handle = form.elements.handle.value
  bring(`${base}/${handle}`, verb === 'add', show, address, { handle })
}

// A tweet cannot be brought back, so its deletion is only sent once it can no longer be undone.
const remove = (form, { action, base }) => {
  const places = [...formsOf(base)].map((each) => each.closest('article'))
  const show = (isShown) => places.forEach((place) => { place.hidden = !isShown })
  const isPage = places.some((place) => place.classList.contains('focus'))
  const leave = () => settle(false)
  const settle = async (isUndone) => {
    removeEventListener('pagehide', leave)
    if (isUndone) {
      show(true)
      places[0].querySelector('summary')?.focus()
      return
    }
    try {
      const { location } = await send(action, { back: '' }, { keepalive: true })
      if (isPage) window.location.assign(location)
      else places.forEach((place) => place.remove())
    } catch (error) {
      show(true)
      complain(error)
    }
  }
  const isByKey = form.querySelector(':focus-visible')
  form.querySelector('details')?.removeAttribute('open')
  show(false)
  addEventListener('pagehide', leave)
  toast(say('deleting'), { label: say('undo'), gone: settle })
  if (isByKey) document.querySelector('.toast:last-child button').focus()
}
