//! Random histories: after each step every home and list timeline, with every mark and count, is
//! what the tables say. With warm caches, with caches that evict all the time, and with cold ones.

mod compare;
mod history;

use pipit_core::NodeNumber;
use pipit_testkit::{Backend, Redis, TestApp, TestDb, backends, oracle};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use history::{Step, World, step};

/// Which caches are read after each step.
#[derive(Debug, Clone, Copy)]
enum Caches {
    /// Those of the core that wrote.
    Ample,
    /// The same, so small that they evict all the time.
    Tiny,
    /// Those of another core, opened for each look.
    Cold,
}

/// Two nodes take turns: what one has just been told, the other shows.
async fn history_of_two_nodes(backend: Backend, redis: &Redis, steps: &[Step], limits: &[i64]) {
    let app = TestApp::among_nodes(TestDb::new(backend).await, redis).await;
    let other = app.other_node(NodeNumber::Fixed(1), redis).await;
    let db = app.db.connect().await;
    let mut world = World::new(&app).await;
    for (n, step) in steps.iter().enumerate() {
        let (writes, reads) = if n % 2 == 0 { (&app.pipit, &other) } else { (&other, &app.pipit) };
        world.pipit = writes.clone();
        world.take(step).await;
        let position = writes.position().expect("it is not alone");
        reads.reach_position(&position).await;
        world.check(reads, &db, limits).await;
    }
    assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    db.close().await.expect("closed");
    for pipit in [&other, &app.pipit] {
        pipit.close().await.expect("closed");
    }
}

fn run_two_nodes(backend: Backend, cases: u32) {
    let redis = Redis::start();
    run_histories(cases, &format!("two nodes on {backend:?}"), &async |steps, limits| {
        history_of_two_nodes(backend, &redis, steps, limits).await;
    });
}

fn run(backend: Backend, caches: Caches, cases: u32) {
    run_histories(cases, &format!("{backend:?} with {caches:?} caches"), &async |steps, limits| {
        history(backend, caches, steps, limits).await;
    });
}

fn run_histories(cases: u32, what: &str, history: &impl AsyncFn(&[Step], &[i64])) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let steps = prop::collection::vec(step(), 1..40);
    let limits = prop::collection::vec(1..30_i64, 1..5);
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let result = runner.run(&(steps, limits), |(steps, limits)| {
        runtime.block_on(history(&steps, &limits));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{what}: {error}");
    }
}

async fn history(backend: Backend, caches: Caches, steps: &[Step], limits: &[i64]) {
    let bytes = if matches!(caches, Caches::Tiny) { 40_000 } else { 16 << 20 };
    let app = TestApp::with_cache_bytes(backend, bytes).await;
    let db = app.db.connect().await;
    let mut world = World::new(&app).await;
    for (n, step) in steps.iter().enumerate() {
        world.take(step).await;
        match caches {
            Caches::Ample | Caches::Tiny => world.check(&app.pipit, &db, limits).await,
            // Opening a database takes a while; every seventh step is looked at.
            Caches::Cold if n % 7 == 0 => {
                let cold = app.cold_core().await;
                world.check(&cold, &db, limits).await;
                cold.close().await.expect("closed");
            }
            Caches::Cold => {}
        }
    }
    assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    db.close().await.expect("closed");
    app.pipit.close().await.expect("closed");
}

#[test]
fn homes_equal_the_tables_with_warm_caches() {
    run(Backend::Sqlite, Caches::Ample, 24);
}

#[test]
fn homes_equal_the_tables_with_caches_that_evict() {
    run(Backend::Sqlite, Caches::Tiny, 16);
}

#[test]
fn homes_equal_the_tables_with_cold_caches() {
    run(Backend::Sqlite, Caches::Cold, 8);
}

#[test]
fn homes_equal_the_tables_on_every_server() {
    for backend in backends().into_iter().filter(|backend| *backend != Backend::Sqlite) {
        run(backend, Caches::Ample, 4);
        run(backend, Caches::Tiny, 2);
    }
}

#[test]
fn homes_equal_the_tables_on_the_other_of_two_nodes() {
    for backend in backends() {
        run_two_nodes(backend, if backend == Backend::Sqlite { 12 } else { 4 });
    }
}
