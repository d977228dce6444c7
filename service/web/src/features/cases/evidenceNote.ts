import { isMessageKey, type Translate } from '@/messages'

/** What an evidence file shows: the engine's word in the reader's language, or its note as it is. */
export function evidenceNote(t: Translate, note: string): string {
  const key = `evidence.note.${note}`
  return isNoteKey(key) ? t(key) : note
}

type NoteKey = 'evidence.note.start' | 'evidence.note.course' | 'evidence.note.end'

function isNoteKey(key: string): key is NoteKey {
  return isMessageKey(key)
}
