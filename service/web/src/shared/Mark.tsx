/** The product's mark: a shield with a zebra crossing. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <path d="M16 2 4 6.5v9C4 23 9 28 16 30c7-2 12-7 12-14.5v-9z" fill="#12917d" />
      <path
        d="m10 21 3.4-12.5h2L13.2 21zm4.800 0 1.900-12.5h1.900L18 21zm5 0 .2-12.5h1.900L23.400 21z"
        fill="#fff"
      />
    </svg>
  )
}
