/** The icons, drawn on 24 by 24 in the colour of the text. Decoration: whoever uses one gives the words. */
import type { ReactNode } from 'react'

const icon = (drawing: ReactNode) => {
  const Icon = ({ size = 18 }: { readonly size?: number }) => (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.75} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {drawing}
    </svg>
  )
  return Icon
}

export const SendIcon = icon(<path d="M21 3 10.5 13.500M21 3l-6.5 18-4-7.500L3 9.5 21 3Z" />)
export const EndpointIcon = icon(<><circle cx="6" cy="12" r="2.5" /><circle cx="18" cy="6" r="2.5" /><circle cx="18" cy="18" r="2.5" /><path d="m8.3 10.900 7.4-3.800M8.3 13.100l7.4 3.8" /></>)
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth={2.6} />)
export const PauseIcon = icon(<path d="M9 6v12M15 6v12" />)
export const PlayIcon = icon(<path d="M8 5.500 18 12 8 18.500v-13Z" />)
export const EyeIcon = icon(<><path d="M2.5 12S6 5.500 12 5.500 21.5 12 21.5 12 18 18.500 12 18.500 2.5 12 2.5 12Z" /><circle cx="12" cy="12" r="2.8" /></>)
export const TrashIcon = icon(<path d="M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13" />)
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.5" /><path d="m20 20-4.3-4.3" /></>)
export const CopyIcon = icon(<><rect x="9" y="9" width="11" height="11" rx="2" /><path d="M5 15H4V5a1 1 0 0 1 1-1h10v1" /></>)
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.500L19 7.5" />)
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />)
export const BackIcon = icon(<path d="m14 6-6 6 6 6" />)
export const RetryIcon = icon(<><path d="M20 12a8 8 0 1 1-2.4-5.7" /><path d="M20 3v4h-4" /></>)
export const StopIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="m6.2 6.2 11.6 11.6" /></>)
export const SunIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100M17.3 17.300l1.1 1.100M18.4 5.600l-1.1 1.100M6.7 17.300l-1.1 1.1" /></>)
export const MoonIcon = icon(<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z" />)
export const SystemIcon = icon(<><rect x="3" y="4" width="18" height="12" rx="2" /><path d="M8 20h8M12 16v4" /></>)
export const KeyboardIcon = icon(<><rect x="2.5" y="6" width="19" height="12" rx="2" /><path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8" /></>)
export const LanguageIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="M3 12h18M12 3c2.5 2.5 3.8 5.5 3.8 9s-1.3 6.5-3.8 9c-2.5-2.5-3.8-5.5-3.8-9S9.5 5.5 12 3Z" /></>)
export const SignOutIcon = icon(<path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9" />)
export const InboxIcon = icon(<><path d="M4 13 6.5 5h11L20 13v6H4v-6Z" /><path d="M4 13h4.500a3.5 3.5 0 0 0 7 0H20" /></>)
export const FilterIcon = icon(<path d="M4 6h16M7 12h10M10 18h4" />)
export const BuildingIcon = icon(<path d="M5 21V5l9-2v18M14 9h5v12M3 21h18M8.5 8h2M8.5 12h2M8.5 16h2" />)
export const HistoryIcon = icon(<><path d="M4 12a8 8 0 1 1 2.4 5.7" /><path d="M4 20v-4h4M12 8v4.5l3 1.5" /></>)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const KeyIcon = icon(<><circle cx="8" cy="15" r="4" /><path d="m11 12 8.5-8.5M16 7l3 3M13.5 9.5l2 2" /></>)
export const ShieldIcon = icon(<><path d="M12 3 5 5.5v6c0 4.5 2.9 7.7 7 9.5 4.1-1.8 7-5 7-9.5v-6L12 3Z" /><path d="m9 12 2.2 2.2L15.2 10" /></>)
export const BoltIcon = icon(<path d="M13 3 5 13.5h6L10.5 21 19 10.5h-6L13 3Z" />)
export const BookIcon = icon(<><path d="M5 5.5A2.5 2.5 0 0 1 7.5 3H19v15H7.5A2.5 2.5 0 0 0 5 20.5v-15Z" /><path d="M5 20.5A2.5 2.5 0 0 0 7.5 21H19v-3M9 7.5h6" /></>)
export const EditIcon = icon(<path d="m4 20 .8-4L16 4.8a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L8 19.2 4 20Z" />)
export const BellIcon = icon(<><path d="M6 10a6 6 0 1 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10Z" /><path d="M10 20a2.2 2.2 0 0 0 4 0" /></>)
export const GearIcon = icon(<><circle cx="12" cy="12" r="3" /><path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M18.4 5.6l-1.8 1.8M7.4 16.6l-1.8 1.8" /></>)
export const ChartIcon = icon(<path d="M4 20h16M7 16v-5M12 16V5M17 16v-8" />)
