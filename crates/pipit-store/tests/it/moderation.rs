//! Reports, actions, appeals, and the log of all of it.

use pipit_model::event::{Event, Standing};
use pipit_model::limits::REPORTS_PER_DAY_MAX;
use pipit_model::moderation::ActionKind::{Freeze, Restore, Suspend, Warn};
use pipit_model::moderation::{Action, ActionKind, AppealState, AuditEntry};
use pipit_model::notification::NotificationKind;
use pipit_model::report::{Category, Report, ReportFilter, ReportState, ServerRule};
use pipit_model::server_block::{BlockKind, ServerBlock};
use pipit_model::user::User;
use pipit_model::{
    AccountState, ActionId, Clock, ReportId, Role, RuleId, SessionId, Timestamp, UserId,
};
use pipit_store::{Command, Device, Noted, Sealed, Session, SessionRow, StoreError, seal};
use pipit_testkit::backends;
use sea_orm::ConnectionTrait;

use crate::{Fixture, tweet};

fn now() -> Timestamp {
    Clock::System.now()
}

fn noted(by: UserId, kind: &'static str) -> Noted {
    let (user_id, subject) = (0, 0);
    Noted { actor: Some(by), at: now(), kind, user_id, subject, detail: String::new() }
}

impl Fixture {
    async fn card(&self, id: UserId) -> User {
        self.store.get_users(&[id]).await.expect("read").pop().expect("a user")
    }

    async fn act(&self, by: UserId, on: UserId, kind: ActionKind) -> Action {
        let action = Action {
            id: ActionId(self.ids.next(now())),
            user_id: on,
            moderator: Some(by),
            kind,
            report: None,
            reason: format!("because: {}", kind.name()),
            undone_at: None,
            appeal: None,
            tweets: Vec::new(),
        };
        self.store.insert_action(&self.card(on).await, action.clone()).await.expect("done");
        action
    }

    async fn sign_in(&self, user_id: UserId) -> SessionId {
        let id = SessionId(self.ids.next(now()));
        let (created_at, expires_at) = (now(), now().plus_secs(999));
        let proved_at = created_at;
        let session = Session { id, user_id, created_at, expires_at, proved_at, grant: None };
        let user_agent = Sealed { text: String::new(), key: 0 };
        let row = SessionRow { session, user_agent };
        let device = Device { hash: "one".to_owned(), notice: None };
        self.store.insert_session(row, device, 9, None).await.expect("signed in");
        id
    }

    fn new_report(&self, reporter: UserId, user_id: UserId, category: Category) -> Report {
        Report {
            id: ReportId(self.ids.next(now())),
            reporter: Some(reporter),
            user_id,
            category,
            rule: None,
            comment: "why".to_owned(),
            assignee: None,
            state: ReportState::Open,
        }
    }

    async fn log(&self) -> Vec<AuditEntry> {
        self.store.list_audit_after(0, 1000).await.expect("read")
    }

    async fn refused_to_post(&self, user_id: UserId) -> StoreError {
        self.store.write(Command::Post(tweet(user_id))).await.expect_err("refused")
    }
}

#[tokio::test]
async fn an_action_changes_the_account_tells_its_owner_and_is_noted() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, moe) = (f.user("ann").await, f.user("moe").await);
        let session = f.sign_in(ann).await;
        f.act(moe, ann, ActionKind::Warn).await;
        let card = f.card(ann).await;
        assert_eq!((card.state, card.has_notice), (AccountState::Active, true), "{backend:?}");
        f.store.clear_notice(&card).await.expect("seen");
        assert!(!f.card(ann).await.has_notice);

        f.act(moe, ann, ActionKind::Freeze).await;
        assert!(matches!(f.refused_to_post(ann).await, StoreError::Forbidden(_)));
        assert!(f.store.find_session(session).await.expect("read").is_some());
        f.act(moe, ann, ActionKind::Suspend).await;
        let card = f.card(ann).await;
        assert_eq!((card.state, card.deleted), (AccountState::Suspended, true));
        assert!(f.store.find_session(session).await.expect("read").is_none());
        assert!(matches!(f.refused_to_post(ann).await, StoreError::NotFound("user")));
        let told = f.events.lock().expect("told").clone();
        let ended = |event: &Event| matches!(event, Event::SessionEnded(id) if *id == session);
        assert!(told.iter().any(ended));
        assert!(told.iter().any(|e| matches!(e, Event::StreamsEnded(id) if *id == ann)));
        let suspended = f.store.list_users_in(AccountState::Suspended, 9).await.expect("read");
        assert_eq!(suspended, [ann]);

        f.act(moe, ann, ActionKind::Restore).await;
        assert_eq!(f.card(ann).await.state, AccountState::Active);
        f.post(ann, "back").await;
        let actions = f.store.list_actions(ann, 9).await.expect("read");
        let kinds: Vec<_> = actions.iter().map(|a| (a.kind, a.undone_at.is_some())).collect();
        let told = [(Restore, false), (Suspend, true), (Freeze, true), (Warn, false)];
        assert_eq!(kinds, told);
        let log: Vec<_> = f.log().await.into_iter().map(|line| line.kind).collect();
        assert_eq!(log, ["warn", "freeze", "suspend", "restore"]);
    }
}

#[tokio::test]
async fn an_appeal_is_made_once_and_undoes_what_still_holds() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, moe) = (f.user("ann").await, f.user("moe").await);
        let limit = f.act(moe, ann, ActionKind::Limit).await;
        let appeal = |text: &str| f.store.insert_appeal(&limit, text.to_owned(), now());
        appeal("I am sorry").await.expect("made");
        assert!(matches!(appeal("Again").await, Err(StoreError::Limit(_))), "{backend:?}");
        let waiting = f.store.list_appeals(AppealState::Open, i64::MAX, 9).await.expect("read");
        assert_eq!(waiting[0].appeal.as_ref().map(|a| a.text.as_str()), Some("I am sorry"));

        let card = f.card(ann).await;
        let decide = |state, word| {
            let decision = (state, "Well then.".to_owned());
            f.store.set_appeal_state(&card, &limit, decision, noted(moe, word))
        };
        decide(AppealState::Accepted, "accept-appeal").await.expect("decided");
        let twice = decide(AppealState::Rejected, "reject-appeal").await;
        assert!(matches!(twice, Err(StoreError::NotFound(_))));
        assert_eq!(f.card(ann).await.state, AccountState::Active);
        let action = f.store.find_action(limit.id).await.expect("read").expect("there");
        assert!(action.undone_at.is_some());
        assert_eq!(action.appeal.map(|a| a.state), Some(AppealState::Accepted));

        // What took the place of an action stays, though the appeal against it is accepted.
        let limit = f.act(moe, ann, ActionKind::Limit).await;
        f.store.insert_appeal(&limit, "Please".to_owned(), now()).await.expect("made");
        f.act(moe, ann, ActionKind::Freeze).await;
        let (card, decision) = (f.card(ann).await, (AppealState::Accepted, "Yes.".to_owned()));
        let noted = noted(moe, "accept-appeal");
        f.store.set_appeal_state(&card, &limit, decision, noted).await.expect("decided");
        assert_eq!(f.card(ann).await.state, AccountState::Frozen);
    }
}

#[tokio::test]
async fn reports_are_found_by_what_moderators_ask_for_and_bounded_a_day() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, moe) = (f.user("ann").await, f.user("bob").await, f.user("moe").await);
        let shown = f.post(ann, "spam").await;
        let spam = f.new_report(bob, ann, Category::Spam);
        assert_eq!(
            f.store.insert_report(spam.clone(), vec![shown], None).await.expect("made"),
            None
        );
        let other = f.new_report(moe, bob, Category::Other);
        f.store.insert_report(other.clone(), Vec::new(), None).await.expect("made");
        assert_eq!(f.store.list_report_tweets(spam.id).await.expect("read"), [shown]);
        let ids = async |filter| -> Vec<ReportId> {
            let found = f.store.list_reports(filter, i64::MAX, 9).await.expect("read");
            found.iter().map(|report| report.id).collect()
        };
        let all = ReportFilter::default();
        assert_eq!(ids(all).await, [other.id, spam.id], "{backend:?}");
        assert_eq!(ids(ReportFilter { category: Some(Category::Spam), ..all }).await, [spam.id]);
        assert_eq!(ids(ReportFilter { user_id: Some(bob), ..all }).await, [other.id]);
        f.store.set_report_assignee(spam.id, Some(moe), noted(moe, "assign")).await.expect("set");
        assert_eq!(ids(ReportFilter { assignee: Some(moe), ..all }).await, [spam.id]);
        let resolve = noted(moe, "resolve");
        f.store.set_report_state(spam.id, ReportState::Resolved, resolve).await.expect("set");
        assert_eq!(ids(all).await, [other.id]);
        assert_eq!(ids(ReportFilter { state: ReportState::Resolved, ..all }).await, [spam.id]);
        assert_eq!(f.store.count_reports_of(ann).await.expect("read"), (0, 1));
        let nowhere = noted(moe, "resolve");
        let nowhere = f.store.set_report_state(ReportId(7), ReportState::Open, nowhere).await;
        assert!(matches!(nowhere, Err(StoreError::NotFound("report"))));
        for _ in 1..REPORTS_PER_DAY_MAX {
            let report = f.new_report(bob, ann, Category::Spam);
            f.store.insert_report(report, Vec::new(), None).await.expect("made");
        }
        let report = f.new_report(bob, ann, Category::Spam);
        let one_more = f.store.insert_report(report, Vec::new(), None).await;
        assert!(matches!(one_more, Err(StoreError::Limit(_))));
    }
}

#[tokio::test]
async fn rules_blocks_and_roles_are_kept_and_noted() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let rule = ServerRule { id: RuleId(f.ids.next(now())), text: "Be kind.".to_owned() };
        f.store.insert_rule(rule.clone(), noted(ann, "rule-added")).await.expect("added");
        let better = ServerRule { text: "Be kinder.".to_owned(), ..rule.clone() };
        f.store.set_rule(better.clone(), noted(ann, "rule-changed")).await.expect("changed");
        assert_eq!(
            f.store.list_rules().await.expect("read"),
            std::slice::from_ref(&better),
            "{backend:?}"
        );
        f.store.delete_rule(rule.id, noted(ann, "rule-deleted")).await.expect("deleted");
        let twice = f.store.delete_rule(rule.id, noted(ann, "rule-deleted")).await;
        assert!(matches!(twice, Err(StoreError::NotFound(_))));
        assert!(f.store.list_rules().await.expect("read").is_empty());
        assert_eq!(f.store.get_rules(&[rule.id]).await.expect("read"), [better]);

        let block = ServerBlock::new(BlockKind::Link, "spam.example").expect("a host");
        let add = || f.store.insert_block(block.clone(), 1, noted(ann, "block-added"));
        add().await.expect("added");
        assert!(matches!(add().await, Err(StoreError::Limit(_))));
        assert_eq!(f.store.list_server_blocks().await.expect("read"), std::slice::from_ref(&block));
        let line = noted(ann, "block-deleted");
        f.store.delete_block(block.clone(), line).await.expect("deleted");
        assert!(f.store.list_server_blocks().await.expect("read").is_empty());

        let noted = noted(ann, "set-role");
        f.store.set_role(&f.card(ann).await, Role::Admin, noted).await.expect("set");
        assert_eq!(f.card(ann).await.role, Role::Admin);
        assert_eq!(f.log().await.len(), 6, "what was refused is not noted");
    }
}

#[tokio::test]
async fn only_followers_are_told_of_what_a_limited_account_does() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, eve) = (f.user("ann").await, f.user("bob").await, f.user("eve").await);
        let (of_ann, of_bob) = (f.post(ann, "one").await, f.post(bob, "two").await);
        f.follow(ann, eve, Standing::Set).await;
        f.act(bob, eve, ActionKind::Limit).await;
        f.like(eve, of_ann, Standing::Set).await.expect("liked");
        f.like(eve, of_bob, Standing::Set).await.expect("liked");
        f.follow(eve, bob, Standing::Set).await;
        let told = async |user_id| {
            let kinds = NotificationKind::ALL;
            let range = (0, i64::MAX);
            let rows = f.store.list_notifications(user_id, &kinds, range, 9).await.expect("read");
            rows.iter().filter(|row| row.actor_id == eve).count()
        };
        assert_eq!((told(ann).await, told(bob).await), (1, 0), "{backend:?}");
        f.act(bob, eve, ActionKind::Restore).await;
        f.like(eve, of_bob, Standing::Unset).await.expect("taken back");
        f.like(eve, of_bob, Standing::Set).await.expect("liked");
        assert_eq!(told(bob).await, 1);
    }
}

/// Many at once, on each database: no line is lost, doubled or out of its chain.
#[tokio::test]
async fn the_log_is_one_chain_whoever_writes() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let mut writes = tokio::task::JoinSet::new();
        for n in 0..20 {
            let (store, mut noted) = (f.store.clone(), noted(ann, "test"));
            noted.detail = format!("line {n}");
            writes.spawn(async move { store.insert_audit(noted).await });
        }
        let refused = writes.join_all().await.into_iter().filter(Result::is_err).count();
        let log = f.log().await;
        assert_eq!(log.len(), 20 - refused, "{backend:?}");
        assert!(refused < 20);
        let mut previous = String::new();
        for (n, line) in log.iter().enumerate() {
            assert_eq!(line.seq, n as i64 + 1);
            assert_eq!(line.hash, seal(line, &previous), "{backend:?}");
            previous.clone_from(&line.hash);
        }
        assert_eq!(f.store.audit_head().await.expect("read"), (log.len() as i64, previous));
    }
}

/// What commands at the terminal or other nodes do is told to this node's caches, once.
#[tokio::test]
async fn others_acts_are_heard_of() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, moe) = (f.user("ann").await, f.user("moe").await);
        f.act(moe, ann, ActionKind::Limit).await;
        f.events.lock().expect("told").clear();
        assert_eq!(f.store.hear_of_audit_after(0).await.expect("heard"), 1);
        assert!(f.events.lock().expect("told").is_empty(), "one's own are told already");
        // As another process would, past this store.
        let db = f.db.connect().await;
        for statement in [
            format!("UPDATE users SET state = 3 WHERE id = {ann}"),
            format!("INSERT INTO audit_log VALUES (2, 1, 0, 'suspend', {ann}, 0, '', 'x')"),
            "UPDATE audit_heads SET seq = 2, hash = 'x'".to_owned(),
        ] {
            db.execute_unprepared(&statement).await.expect("written");
        }
        assert_eq!(f.store.hear_of_audit_after(1).await.expect("heard"), 2, "{backend:?}");
        let told = f.events.lock().expect("told").clone();
        assert!(told.iter().any(|e| matches!(e, Event::StreamsEnded(id) if *id == ann)));
        assert!(told.iter().any(|e| matches!(e, Event::SessionsForgotten)));
        assert_eq!(f.store.hear_of_audit_after(2).await.expect("heard"), 2);
    }
}

#[test]
fn no_statement_changes_the_log() {
    let mut looked_at = 0;
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file").to_lowercase();
            looked_at += usize::from(text.contains("audit_log"));
            for verb in ["update audit_log", "delete from audit_log", "replace into audit_log"] {
                assert!(!text.contains(verb), "{}: {verb}", path.display());
            }
        }
    }
    assert!(looked_at >= 2, "the log has another name by now");
}
