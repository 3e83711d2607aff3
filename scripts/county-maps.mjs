// Makes the county maps in server/src/publish/maps from the Census Bureau's boundaries (public domain), as the package us-atlas
// carries them. In an empty folder: npm install us-atlas@3.0.1 topojson-client topojson-simplify d3-geo && node county-maps.mjs
import fs from 'node:fs';
import { feature } from 'topojson-client';
import { presimplify, simplify } from 'topojson-simplify';
import { geoMercator, geoPath } from 'd3-geo';
const atlas = JSON.parse(fs.readFileSync('node_modules/us-atlas/counties-10m.json'));
for (const [file, fips, state] of [['iowa', '19', 'Iowa'], ['nevada', '32', 'Nevada']]) {
  const topo = simplify(presimplify(structuredClone(atlas)), 3e-4);
  const all = feature(topo, topo.objects.counties);
  all.features = all.features.filter((c) => c.id.startsWith(fips));
  const width = 600;
  const projection = geoMercator().fitWidth(width - 4, all);
  const path = geoPath(projection).digits(0);
  const [[x0, y0], [, y1]] = path.bounds(all);
  const [tx, ty] = projection.translate();
  projection.translate([tx - x0 + 2, ty - y0 + 2]);
  const counties = all.features.map((c) => ({ county: c.properties.name, x: Math.round(path.centroid(c)[0]), y: Math.round(path.centroid(c)[1]), path: path(c) })).sort((a, b) => a.county < b.county ? -1 : 1);
  const map = { state, width, height: Math.ceil(y1 - y0) + 4, counties };
  fs.writeFileSync(file + '.json', JSON.stringify(map, null, 1).replace(/\n {2,}/g, ' ').replace(/\[ \{/, '[\n{').replace(/ \}, \{/g, ' },\n{') + '\n');
  console.log(file, map.height, counties.length, fs.statSync(file + '.json').size);
}
