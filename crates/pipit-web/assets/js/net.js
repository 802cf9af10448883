// Says so while there is no connection.

import { make } from './dom.js'
import { say } from './say.js'

export const begin = () => {
  const banner = make('p', { className: 'offline', role: 'status', hidden: true })
  document.body.append(banner)
  const show = () => {
    banner.hidden = navigator.onLine
    banner.textContent = navigator.onLine ? '' : say('offline')
  }
  addEventListener('offline', show)
  addEventListener('online', show)
  show()
}
