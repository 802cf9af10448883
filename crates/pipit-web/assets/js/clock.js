// Ages that go on while the page is open. The server writes them first, by the same rule.

import { say } from './say.js'

const EVERY_MS = 30000

export const begin = () => {
  const tick = () => document.querySelectorAll('.at time').forEach(show)
  setInterval(tick, EVERY_MS)
  addEventListener('pageshow', (event) => event.persisted && tick())
}

const show = (time) => {
  const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000)
  const [n, unit] = minutes < 60
    ? [minutes, say('minutes')]
    : minutes < 1440 ? [Math.floor(minutes / 60), say('hours')] : [Math.floor(minutes / 1440), say('days')]
  // After a week there is a date, which stays as it is.
  if (minutes >= 10080) return
  const text = minutes < 1 ? say('now') : n + unit
  if (time.textContent !== text) time.textContent = text
}
