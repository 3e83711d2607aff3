import type { Channel } from "../api/types";
import { m } from "../paraglide/messages";

/** The road by which a report came. */
export const channelName: Record<Channel, () => string> = {
  tablet: m.channel_tablet,
  hotline: m.channel_hotline,
  paper: m.channel_paper,
  transcription: m.channel_transcription,
};
