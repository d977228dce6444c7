import { useState } from 'react'
import { Link } from 'react-router'

import { liveUrl } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { mayOpen } from '@/app/pages'
import { useNow } from '@/shared/useNow'

import styles from './CameraPage.module.css'
import { GapList } from './GapList'
import { Snapshot } from './Snapshot'

/** What a camera sees now, and how it fares. */
export function LiveView({ camera }: { camera: Camera }) {
  const t = useMessages()
  const format = useFormat()
  const now = useNow(1_000)
  const { user } = useSession()
  const [broken, setBroken] = useState(false)
  const { status } = camera
  const seen = status?.last_frame_at != null
  const facts: [string, string][] = [
    [t('cameras.id'), camera.id],
    [t('cameras.source'), camera.source],
    [t('cameras.fps'), status?.fps == null ? '–' : format.number(status.fps, 1)],
    [t('cameras.lastFrame'), status?.last_frame_at == null ? '–' : format.ago(status.last_frame_at, now)],
    [
      t('cameras.size'),
      status?.width == null || status.height == null ? '–' : `${status.width} × ${status.height}`,
    ],
    [
      t('cameras.cost'),
      status?.cost == null
        ? '–'
        : t('cameras.costValue', {
            decode: format.number(status.cost.decode, 1),
            model: format.number(status.cost.model, 1),
            rules: format.number(status.cost.rules, 1),
          }),
    ],
    [
      t('cameras.age'),
      status?.cost == null
        ? '–'
        : t('cameras.ageValue', { seconds: format.number(status.cost.queue_age, 2) }),
    ],
    [t('cameras.zones'), (camera.scene.zones ?? []).map((zone) => zone.name).join('、') || t('common.none')],
  ]

  return (
    <div className={styles.live}>
      <div className={styles.stage}>
        {seen && !broken ? (
          <img
            ref={endStreamWithPicture}
            src={liveUrl(camera.id)}
            alt={t('cameras.alt', { name: camera.name === '' ? camera.id : camera.name })}
            onError={() => setBroken(true)}
          />
        ) : (
          <Snapshot camera={camera} />
        )}
        {broken ? (
          <p className={styles.interrupted} role="status">
            {t('cameras.liveFailed')}
          </p>
        ) : null}
      </div>
      <aside className={styles.card}>
        {status?.message === undefined || status.message === '' ? null : (
          <p className={styles.message}>{status.message}</p>
        )}
        <dl className={styles.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {mayOpen(user.role, 'cases') ? (
          <Link className={styles.more} to={`/cases?camera=${camera.id}`}>
            {t('cameras.cases')}
          </Link>
        ) : null}
        <GapList camera={camera.id} now={now} />
      </aside>
    </div>
  )
}

/** Taking the address away ends the stream, which would else go on until the tab is closed. */
function endStreamWithPicture(picture: HTMLImageElement | null) {
  return () => {
    if (picture !== null) picture.src = ''
  }
}
