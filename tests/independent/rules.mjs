// The caucus rules (docs/rules.md), in whole numbers. A fraction is {1: numerator, 2: denominator}, as in the package.

/** The largest whole number that is at most a ÷ b. */
const quotient = (a, b) => (a - (((a % b) + b) % b)) / b;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** People that a group needs to be viable: the smallest whole number that is at least the share for so many delegates. */
export function viabilityNumber(rules, seats, attendees) {
  const step = rules.get(3).filter((one) => one.get(1) <= seats).at(-1);
  if (!step || seats < 2 || attendees === 0) return null;
  const share = step.get(2);
  return -quotient(-attendees * share.get(1), share.get(2));
}

/**
 * Delegates of each group by the rules. `people` are those at final alignment, `lots` what the room drew.
 * `null` where the counts alone do not say it: a lot that decides was not drawn, or a majority that nobody has.
 */
export function award(rules, seats, attendees, people, lots) {
  const none = people.map(() => 0);
  if (seats === 1) return awardOne(rules, attendees, people, lots);
  const needed = viabilityNumber(rules, seats, attendees);
  const viable = people.flatMap((count, group) => (needed !== null && count >= needed ? [group] : []));
  if (viable.length === 0) return none;

  const awards = none.slice();
  for (const group of viable) awards[group] = Math.max(1, quotient(2 * people[group] * seats + attendees, 2 * attendees));
  // How far an award is above its share, times attendees.
  const above = (group) => awards[group] * attendees - people[group] * seats;

  for (let over = sum(awards) - seats; over > 0; ) {
    const many = viable.filter((group) => awards[group] > 1);
    if (many.length === 0 && rules.get(1) === NEVADA) break;
    const from = many.length > 0 ? many : viable.filter((group) => awards[group] > 0);
    const most = Math.max(...from.map(above));
    const tied = from.filter((group) => above(group) === most);
    const spared = favoured(tied, tied.length - over, lots);
    if (!spared) return null;
    const losing = tied.filter((group) => !spared.includes(group));
    for (const group of losing) awards[group] -= 1;
    over -= losing.length;
  }
  for (let short = seats - sum(awards); short > 0; ) {
    const least = Math.min(...viable.map(above));
    const tied = viable.filter((group) => above(group) === least);
    const gaining = favoured(tied, short, lots);
    if (!gaining) return null;
    for (const group of gaining) awards[group] += 1;
    short -= gaining.length;
  }
  return awards;
}

const NEVADA = 2;
const PLURALITY = 1;

/** A single delegate: no viability. */
function awardOne(rules, attendees, people, lots) {
  const most = Math.max(...people);
  if (rules.get(2) !== PLURALITY && most * 2 <= attendees) return null;
  const largest = people.flatMap((count, group) => (count === most && most > 0 ? [group] : []));
  const elected = favoured(largest, 1, lots);
  return elected && people.map((_, group) => (elected.includes(group) ? 1 : 0));
}

/** The groups among equal ones that `places` go to: all, none, or those that a lot says. `null` where it was not drawn. */
function favoured(equal, places, lots) {
  if (places <= 0) return [];
  if (places >= equal.length) return equal;
  const settles = (lot) => lot.get(1) === places && lot.get(2).join() === equal.join() && new Set(lot.get(4)).size === places;
  return lots.find(settles)?.get(4) ?? null;
}

/** Delegates of a place: its fixed number, for a satellite what so many attendees elect; `null` where nobody knows. */
export function seatsOf(contest, precinct, attendees) {
  if (precinct.get(4) !== SATELLITE) return precinct.get(5) ?? null;
  if (attendees === 0) return 0;
  const rule = contest.get(8).get(5);
  return rule.get(1).find((band) => attendees <= band.get(1))?.get(2) ?? rule.get(2);
}

export const SATELLITE = 2;

/** a ÷ b, rounded to a whole number, halves up. For state delegate equivalents, which are counted in ten-thousandths. */
export const rounded = (a, b) => Number((2n * BigInt(a) + BigInt(b)) / (2n * BigInt(b)));

/** National delegates of a region: shares among the groups with enough of its worth, the largest remainders first. */
export function nationalDelegates(seats, worth, threshold) {
  const whole = sum(worth);
  const enough = worth.map((own) => own > 0 && BigInt(own) * BigInt(threshold.get(2)) >= BigInt(whole) * BigInt(threshold.get(1)));
  const qualified = sum(worth.filter((_, group) => enough[group]));
  if (qualified === 0) return { seats: worth.map(() => 0), tie: false };
  const exact = worth.map((own, group) => (enough[group] ? BigInt(own) * BigInt(seats) : 0n));
  const given = exact.map((share) => Number(share / BigInt(qualified)));
  const left = seats - sum(given);
  const rest = (group) => exact[group] % BigInt(qualified);
  const order = exact.flatMap((_, group) => (enough[group] ? [group] : [])).sort((a, b) => Number(rest(b) - rest(a)));
  const tie = left > 0 && left < order.length && rest(order[left - 1]) === rest(order[left]);
  // What a tie leaves open is given to nobody.
  for (const group of order.slice(0, left)) if (!tie || rest(group) > rest(order[left])) given[group] += 1;
  return { seats: given, tie };
}
