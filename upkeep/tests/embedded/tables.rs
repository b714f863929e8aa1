//! No table is forgotten: what backups, erasure and retention know of is what there is.

use snag_upkeep::tables;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_every_column_that_names_a_site_or_a_visitor_is_thought_of() {
    let world = World::empty().await;
    let client = world.store.client();
    // schema_migrations is told by the head of a backup.
    let there = client.query(
        "SELECT name FROM system.tables WHERE database = 'snag' AND engine NOT LIKE '%View' AND name != 'schema_migrations' ORDER BY name",
    );
    let there: Vec<String> = there.fetch_all().await.unwrap();
    let mut known: Vec<&str> = tables().map(|(name, _)| name).collect();
    known.sort_unstable();
    assert_eq!(known, there);
    let columns = client.query(
        "SELECT concat(table, '.', name) FROM system.columns WHERE database = 'snag' AND NOT startsWith(table, 'schema_') \
         AND table NOT LIKE '%_by_events' AND name IN ('site', 'visitor', 'visitor_before', 'before', 'person') ORDER BY table, name",
    );
    let columns: Vec<String> = columns.fetch_all().await.unwrap();
    let mut thought_of: Vec<String> = tables()
        .flat_map(|(name, columns)| {
            columns
                .into_iter()
                .map(move |column| format!("{name}.{column}"))
        })
        .collect();
    thought_of.sort();
    assert_eq!(thought_of, columns);
    world.close().await;
}
