import { Pause, Play } from 'lucide-react'
import { useRef, useState } from 'react'

import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useShortcuts } from '@/shared/useShortcuts'

import styles from './ClipPlayer.module.css'

/** Evidence clips have six pictures a second. */
const STEP_SECONDS = 1 / 6
const SPEEDS = [0.5, 1, 2]

/** A clip that plays at once and goes round; the bar scrubs, P plays and stops, comma and full stop go step by step. */
export function ClipPlayer({ src }: { src: string }) {
  const t = useMessages()
  const format = useFormat()
  const video = useRef<HTMLVideoElement>(null)
  const [playing, setPlaying] = useState(true)
  const [time, setTime] = useState(0)
  const [length, setLength] = useState(0)
  const [speed, setSpeed] = useState(1)
  const [failed, setFailed] = useState(false)

  const toggle = () => {
    const element = video.current
    if (element === null) return
    if (element.paused) element.play().catch(() => setPlaying(false))
    else element.pause()
  }
  const seek = (seconds: number) => {
    const element = video.current
    if (element === null) return
    element.currentTime = Math.min(Math.max(seconds, 0), length)
    setTime(element.currentTime)
  }
  const step = (by: 1 | -1) => {
    video.current?.pause()
    seek((video.current?.currentTime ?? 0) + by * STEP_SECONDS)
  }
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1
    if (video.current !== null) video.current.playbackRate = next
    setSpeed(next)
  }
  useShortcuts({ p: toggle, ',': () => step(-1), '.': () => step(1) })

  if (failed) {
    return (
      <p className={styles.failed} role="alert">
        {t('evidence.clipFailed')}
      </p>
    )
  }
  return (
    <div className={styles.player}>
      {/* A clip has no speech; what it shows is said in the facts beside it. */}
      <video
        ref={video}
        src={src}
        loop
        autoPlay
        muted
        playsInline
        onClick={toggle}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setTime(event.currentTarget.currentTime)}
        onDurationChange={(event) => setLength(event.currentTarget.duration)}
        onError={() => setFailed(true)}
      />
      <div className={styles.bar}>
        <button
          type="button"
          onClick={toggle}
          aria-label={playing ? t('evidence.pause') : t('evidence.play')}
          title={`${playing ? t('evidence.pause') : t('evidence.play')} (P)`}
        >
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </button>
        <input
          type="range"
          min={0}
          max={Number.isFinite(length) ? length : 0}
          step={0.01}
          value={time}
          aria-label={t('evidence.scrub')}
          onPointerDown={() => video.current?.pause()}
          onChange={(event) => seek(Number(event.target.value))}
        />
        <span>
          {t('evidence.clipTime', { now: format.number(time, 1), whole: format.number(length || 0, 1) })}
        </span>
        <button type="button" className={styles.speed} onClick={faster} aria-label={t('evidence.speed')}>
          {format.number(speed, 1)}×
        </button>
      </div>
    </div>
  )
}
