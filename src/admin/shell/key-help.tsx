/** The list of keys that do something here, shown by `?`. */
import { Kbd, Modal } from '@mantine/core'
import { useTexts } from '../i18n/texts.tsx'
import { useKeyboard } from './keys.tsx'
import css from './key-help.module.css'

const names: Readonly<Record<string, string>> = { Escape: 'Esc', Enter: '↵' }

export const KeyHelp = ({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) => {
  const { shell, common } = useTexts()
  const { bound } = useKeyboard()
  const seen = new Set<string>()
  const listed = isOpen ? bound().filter(({ keys, text }) => text !== undefined && !seen.has(keys) && seen.add(keys)) : []
  return (
    <Modal opened={isOpen} onClose={onClose} title={shell.keys.title} centered closeButtonProps={{ 'aria-label': common.close }}>
      <dl className={css['list']}>
        {listed.map(({ keys, text }) => (
          <div key={keys} className={css['row']}>
            <dt>{text}</dt>
            <dd>
              {keys.split(' ').map((key, at) => (
                <span key={key}>
                  {at > 0 && <span className="dimmed"> {shell.keys.andThen} </span>}
                  <Kbd>{names[key] ?? key}</Kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
