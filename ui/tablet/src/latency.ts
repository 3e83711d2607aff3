declare global {
  interface Window {
    /** Milliseconds from a press to the first frame after its saved answer; read by the benchmark. */
    __pressLatencies?: number[];
  }
}

const KEPT = 1000;

/** Notes how long a press took, once the frame that shows its answer has been painted. */
export function notePress(pressedAt: number): void {
  requestAnimationFrame(() => {
    // A message is handled after the frame that was just prepared has been painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      const latencies = (window.__pressLatencies ??= []);
      latencies.push(performance.now() - pressedAt);
      if (latencies.length > KEPT) {
        latencies.splice(0, latencies.length - KEPT);
      }
    };
    port2.postMessage(null);
  });
}
