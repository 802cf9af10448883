//! A mix of 50 reads to 1 write, as a server of many readers sees it.

use fastrand::Rng;

use super::post;
use crate::measure::Cast;
use crate::wrk::Request;

const READS_PER_WRITE: usize = 50;
/// Writes of each half. In the second half likes and follows are taken back.
const WRITES: usize = 200;

pub(super) fn requests(
    round: usize,
    readers: &[String],
    cast: &Cast,
    texts: &[String],
) -> Vec<Request> {
    let mut rng = Rng::with_seed(round as u64);
    let mut requests = Vec::with_capacity(2 * WRITES * (READS_PER_WRITE + 1));
    for method in ["PUT", "DELETE"] {
        for n in 0..WRITES {
            requests.extend((0..READS_PER_WRITE).map(|_| read(&mut rng, cast)));
            let token = &readers[n % readers.len()];
            // Other tweets and people than those of the cases of likes and follows.
            let request = match n % 10 {
                0..4 => post(&texts[rng.usize(..texts.len())]),
                4..8 => {
                    let tweet = cast.tweets[cast.tweets.len() - 1 - n];
                    Request { method, ..Request::get(format!("/tweets/{tweet}/like")) }
                }
                _ => {
                    let person = &cast.full_authors[n % cast.full_authors.len()];
                    Request { method, ..Request::get(format!("/users/{person}/follow")) }
                }
            };
            requests.push(request.signed(token));
        }
    }
    requests
}

fn read(rng: &mut Rng, cast: &Cast) -> Request {
    let reader = &cast.readers[rng.usize(..super::BLOCK)];
    let mut author = || &cast.full_authors[rng.usize(..cast.full_authors.len())];
    let author = author();
    let path = match rng.u32(..100) {
        0..60 => "/timeline".to_owned(),
        60..75 => format!("/tweets?user_id={author}"),
        75..85 => format!("/tweets?hashtag={}", cast.hashtags[rng.usize(..cast.hashtags.len())]),
        85..95 => format!("/tweets/{}", cast.tweets[rng.usize(..cast.tweets.len())]),
        _ => format!("/users/{author}"),
    };
    Request::get(path).signed(reader)
}
