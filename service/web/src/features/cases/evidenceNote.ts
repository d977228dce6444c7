import { isMessageKey, type MessageKey, type Translate } from '@/messages'

/** What an evidence file shows: the engine's word in the reader's language, or its note as it is. */
export function evidenceNote(t: Translate, note: string): string {
  const key = `evidence.note.${note}`
  return isNoteKey(key) ? t(key) : note
}

type NoteKey = Extract<MessageKey, `evidence.note.${string}`>

function isNoteKey(key: string): key is NoteKey {
  return isMessageKey(key)
}
