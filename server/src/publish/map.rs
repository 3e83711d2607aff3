//! Outlines of the counties of a state, for the maps on the first page.

use serde::Deserialize;

/// A state's counties.
#[derive(Debug, Deserialize)]
pub(super) struct Map {
    /// Width of the drawing.
    pub(super) width: u32,
    /// Height of the drawing.
    pub(super) height: u32,
    /// Each county.
    pub(super) counties: Vec<Outline>,
}

/// A county.
#[derive(Debug, Deserialize)]
pub(super) struct Outline {
    /// Its name.
    pub(super) county: String,
    /// Where a letter is put, from the left.
    pub(super) x: i32,
    /// And from the top.
    pub(super) y: i32,
    /// Its outline as SVG writes paths.
    pub(super) path: String,
}

const MAPS: [&str; 2] = [include_str!("maps/iowa.json"), include_str!("maps/nevada.json")];

impl Map {
    /// The first map that has every one of the counties; none for a contest whose map nobody put here.
    #[must_use]
    pub(super) fn of(counties: &[&str]) -> Option<Self> {
        let has_all = |map: &Self| {
            !counties.is_empty()
                && counties.iter().all(|name| map.counties.iter().any(|one| one.county == *name))
        };
        MAPS.iter().filter_map(|text| serde_json::from_str(text).ok()).find(has_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_is_readable_and_found_by_its_counties() {
        for (text, county, counties) in [(MAPS[0], "Polk", 99), (MAPS[1], "Clark", 17)] {
            let map: Map = serde_json::from_str(text).unwrap();
            assert_eq!(map.counties.len(), counties);
            let found = Map::of(&[county]).unwrap();
            assert_eq!(found.counties.len(), counties);
        }
        assert!(Map::of(&["Polk", "Maple"]).is_none());
        assert!(Map::of(&[]).is_none());
    }
}
