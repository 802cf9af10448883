//! Why something was refused, in the page's language. The core says it in English, as the end of a
//! sentence about a field or as a sentence of its own; here are the same words in the others.
//!
//! What has no words here is told in English: whoever writes a reason adds its line to each table.

use std::borrow::Cow;

use super::Words;

/// A language's reasons, and its fields.
#[derive(Debug)]
pub(crate) struct Reasons {
    /// A field's name as the start of a sentence.
    pub subject: fn(field: &str) -> &str,
    /// The core's words and their translation; `{}` stands for a number or the like in both.
    pub table: &'static [(&'static str, &'static str)],
    /// When to try again, which is said as "5 minutes" or "30 seconds".
    pub wait: fn(how_long: &str) -> String,
}

pub(super) static EN: Reasons = Reasons {
    subject: |field| match field {
        "handle" => "The handle",
        "name" => "The name",
        "bio" => "The bio",
        "links" => "The links",
        "file" => "The picture",
        "description" => "The description of a picture",
        "media_ids" => "The pictures",
        "reply_to_id" => "What you answer",
        "quote_of_id" => "What you quote",
        "email" => "This address",
        "invite" => "The invitation",
        "login" | "password" | "client_id" | "code" | "otp" | "value" | "kind" => "This",
        "content" | "text" => "The text",
        "reason" => "The reason",
        "credential" => "The passkey",
        "comment" => "The comment",
        "note" => "The note",
        "tweet_ids" => "The tweets",
        "rule_id" => "The rule",
        "title" => "The title",
        "keywords" => "The words",
        "context" => "The filter",
        "expires_in" => "The time",
        "reply_audience" => "Who may reply",
        "threshold" => "The number",
        "Idempotency-Key" => "This form",
        "redirect_uri" => "The address to lead you back to",
        other => other,
    },
    table: &[],
    wait: |how_long| format!("Try again in {how_long}"),
};

pub(super) static DE: Reasons = Reasons {
    subject: |field| match field {
        "handle" => "Der Kurzname",
        "name" => "Der Name",
        "bio" => "Der Text über dich",
        "links" => "Bei den Links",
        "file" => "Das Bild",
        "description" => "Die Beschreibung eines Bildes",
        "media_ids" => "Bei den Bildern",
        "reply_to_id" => "Was du beantwortest,",
        "quote_of_id" => "Was du zitierst,",
        "email" => "Diese Adresse",
        "invite" => "Die Einladung",
        "login" | "password" | "client_id" | "code" | "otp" | "value" | "kind" => "Das",
        "content" | "text" => "Der Text",
        "reason" => "Die Begründung",
        "credential" => "Der Passkey",
        "comment" => "Die Bemerkung",
        "note" => "Die Notiz",
        "tweet_ids" => "Bei den Tweets",
        "rule_id" => "Die Regel",
        "title" => "Der Titel",
        "keywords" => "Bei den Wörtern",
        "context" => "Der Filter",
        "expires_in" => "Die Zeit",
        "reply_audience" => "Wer antworten darf,",
        "threshold" => "Die Zahl",
        "Idempotency-Key" => "Dieses Formular",
        "redirect_uri" => "Die Adresse, zu der du zurück sollst,",
        other => other,
    },
    table: &[
        // Moderation
        ("must say why: the person reads it", "fehlt: die Person liest sie"),
        ("must say why it should be undone", "muss sagen, warum es rückgängig gemacht werden soll"),
        ("must say what is wrong", "muss sagen, was nicht in Ordnung ist"),
        ("must not be empty", "darf nicht leer sein"),
        (
            "must not be empty: say what is not welcome here",
            "darf nicht leer sein: sag, was hier nicht willkommen ist",
        ),
        ("must be at most 20", "sind höchstens 20 möglich"),
        ("must be a number in the range {}", "muss eine Zahl im Bereich {} sein"),
        (
            "must be chosen: an effect, and whether it is on",
            "fehlt: wähle eine Wirkung, und ob die Regel an ist",
        ),
        (
            "has words that are not welcome on this server: say it differently",
            "enthält Wörter, die auf diesem Server nicht willkommen sind: sag es anders",
        ),
        (
            "has a word that this server does not take: leave it out",
            "enthält ein Wort, das dieser Server nicht annimmt: lass es weg",
        ),
        (
            "has a link that this server does not take: leave it out",
            "enthält einen Link, den dieser Server nicht annimmt: lass ihn weg",
        ),
        (
            "has one link too many, there were several in an hour: leave it out, or wait",
            "hat einen Link zu viel, in einer Stunde waren es mehrere: lass ihn weg, oder warte",
        ),
        (
            "says what other tweets of the last hour said: write something of your own",
            "sagt, was andere Tweets der letzten Stunde sagten: schreib etwas Eigenes",
        ),
        (
            "must be without links and mentions while your account is new: leave them out",
            "darf keine Links und Erwähnungen haben, solange dein Konto neu ist: lass sie weg",
        ),
        ("must be 1 to 20 tweets: choose some", "müssen 1 bis 20 gewählt sein"),
        (
            "must be tweets of this account that you can see",
            "müssen alle von diesem Konto und für dich sichtbar sein",
        ),
        (
            "must be tweets of this account that are still there",
            "müssen alle von diesem Konto und noch da sein",
        ),
        (
            "is no rule of this server: see /about/rules",
            "ist keine dieses Servers: siehe /about/rules",
        ),
        ("has nothing to restore: this account is active", "ändert nichts: dieses Konto ist aktiv"),
        (
            "must be a network like 192.0.2.0/24 or 2001:db8::/32",
            "muss ein Netz sein wie 192.0.2.0/24 oder 2001:db8::/32",
        ),
        ("must be a domain like example.org", "muss eine Domain sein wie example.org"),
        (
            "is of a provider that this server does not take: use another one",
            "ist von einem Anbieter, den dieser Server nicht nimmt: nimm eine andere",
        ),
        ("this is blocked already", "das ist schon gesperrt"),
        ("you cannot report yourself", "dich selbst kannst du nicht melden"),
        (
            "you reported as much as one can in a day (50)",
            "mehr als 50 Meldungen am Tag sind nicht möglich",
        ),
        ("you appealed against this already", "dagegen hast du schon Einspruch erhoben"),
        ("there is nothing left to undo here", "hier gibt es nichts rückgängig zu machen"),
        (
            "you cannot act on moderators of your rank or above",
            "gegen Moderatoren deines Ranges oder darüber kannst du nichts unternehmen",
        ),
        (
            "your account is frozen: see why at /settings/standing",
            "dein Konto ist eingefroren: warum, steht unter /settings/standing",
        ),
        (
            "this account is suspended: see why at /settings/standing",
            "dieses Konto ist gesperrt: warum, steht unter /settings/standing",
        ),
        (
            "this passkey is not good here (any more): sign in with your password",
            "dieser Passkey gilt hier nicht (mehr): melde dich mit deinem Passwort an",
        ),
        (
            "that took too long, or was sent twice: try again",
            "das hat zu lange gedauert oder kam doppelt: versuch es noch einmal",
        ),
        (
            "could not be checked: try again, or with another device",
            "ließ sich nicht prüfen: versuch es noch einmal, oder mit einem anderen Gerät",
        ),
        (
            "you have as many passkeys as one can have (20)",
            "mehr als 20 Passkeys sind nicht möglich",
        ),
        (
            "this account waits for approval: see /settings/standing",
            "dieses Konto wartet auf Freigabe: siehe /settings/standing",
        ),
        // Tweets
        ("must not be empty: write something", "darf nicht leer sein: schreib etwas"),
        ("must not contain the character U+{}: remove it", "darf das Zeichen U+{} nicht enthalten"),
        ("must not mention more than 30 people", "darf höchstens 30 Leute erwähnen"),
        (
            "is too long: at most 280 characters, links count 23, emoji 2",
            "ist zu lang: höchstens 280 Zeichen, Links zählen 23, Emojis 2",
        ),
        ("is not a tweet you can see", "ist kein Tweet, den du sehen kannst"),
        ("only its author may delete a tweet", "einen Tweet löscht nur, wer ihn schrieb"),
        (
            "only your own tweets can stand first on your page",
            "nur eigene Tweets können auf deiner Seite oben stehen",
        ),
        // Pictures
        ("is missing: choose a picture", "fehlt: wähle ein Bild"),
        ("is too large: at most 10 MB", "ist zu groß: höchstens 10 MB"),
        ("must be at most 4", "sind höchstens 4 möglich"),
        ("must not name a picture twice", "steht eines doppelt"),
        (
            "must be pictures that you uploaded in the last 24 hours and did not post yet",
            "fehlt eines: nach 24 Stunden oder nach dem Posten musst du es neu hochladen",
        ),
        (
            "is too long: describe it in at most 1,500 characters",
            "ist zu lang: höchstens 1.500 Zeichen",
        ),
        (
            "is too large even when it is made smaller: choose a simpler picture",
            "ist auch verkleinert zu groß: wähle ein einfacheres",
        ),
        (
            "is no picture that we know: choose a PNG, JPEG, WebP or GIF",
            "ist kein Bild, das wir kennen: wähle ein PNG, JPEG, WebP oder GIF",
        ),
        (
            "is damaged or broken off: choose another copy of the picture",
            "ist beschädigt oder unvollständig: wähle eine andere Kopie davon",
        ),
        (
            "has too many pixels: at most 25 million, like 5000 × 5000",
            "hat zu viele Bildpunkte: höchstens 25 Millionen, etwa 5000 × 5000",
        ),
        (
            "is too long an animation: at most 200 frames, and 25 million pixels in all frames together",
            "ist als Animation zu lang: höchstens 200 Einzelbilder, zusammen 25 Millionen Bildpunkte",
        ),
        (
            "100 pictures of yours wait to be posted: post them, or wait a day",
            "100 Bilder von dir warten: poste sie, oder warte einen Tag",
        ),
        // Searches
        ("is too long: look for fewer words", "ist zu lang: such nach weniger Wörtern"),
        ("has more than 20 terms: look for fewer", "hat mehr als 20 Teile: such nach weniger"),
        (
            "needs something to look for: a word, a #hashtag, an @handle or from:handle",
            "braucht etwas zum Suchen: ein Wort, ein #Hashtag, einen @Kurznamen oder from:Kurzname",
        ),
        (
            "with since: or until: needs a date like 2026-11-24",
            "braucht hinter since: und until: ein Datum wie 2026-11-24",
        ),
        ("needs a handle or a name to look for", "braucht einen Kurznamen oder Namen zum Suchen"),
        ("needs the first letters of a hashtag", "braucht die ersten Buchstaben eines Hashtags"),
        // Accounts and profiles
        ("must have 1 to 15 characters", "muss 1 bis 15 Zeichen haben"),
        (
            "must be made of the letters A–Z, digits and _",
            "darf nur aus den Buchstaben A–Z, Ziffern und _ bestehen",
        ),
        ("must contain a letter or _", "muss einen Buchstaben oder _ enthalten"),
        ("is reserved: choose another one", "ist reserviert: wähle einen anderen"),
        ("is taken: choose another one", "ist vergeben: wähle einen anderen"),
        (
            "must be an e-mail address like name@example.org",
            "muss eine E-Mail-Adresse sein wie name@example.org",
        ),
        (
            "is registered already: sign in, or use another one",
            "hat schon ein Konto: melde dich an, oder nimm eine andere",
        ),
        ("must have at least 8 characters", "muss mindestens 8 Zeichen haben"),
        ("must have at most 256 bytes", "darf höchstens 256 Bytes haben"),
        ("is not the password of this account", "ist nicht das Passwort dieses Kontos"),
        (
            "must be web addresses like https://example.org, of at most 200 bytes",
            "muss jede eine Adresse wie https://example.org sein, mit höchstens 200 Bytes",
        ),
        ("must be a single line", "muss in eine Zeile passen"),
        ("must have at most {} characters", "darf höchstens {} Zeichen haben"),
        ("must not contain U+{}", "darf U+{} nicht enthalten"),
        (
            "is one of those that are guessed first: choose another one, like three or four words \
             that do not go together",
            "ist eines von denen, die zuerst geraten werden: nimm ein anderes, etwa drei oder vier \
             Wörter, die nicht zusammengehören",
        ),
        (
            "is little more than a name that everybody can see: choose another one, like three or \
             four words that do not go together",
            "ist kaum mehr als ein Name, den alle sehen: nimm ein anderes, etwa drei oder vier \
             Wörter, die nicht zusammengehören",
        ),
        (
            "is wrong or was used before: wait for the next one, and check the phone's clock",
            "ist falsch oder war schon dran: warte auf den nächsten, und sieh nach der Uhr des Telefons",
        ),
        (
            "confirm your e-mail address first: follow the link that we sent you",
            "bestätige erst deine E-Mail-Adresse: folge dem Link, den wir dir geschickt haben",
        ),
        (
            "must be a handle or an e-mail address",
            "muss ein Kurzname oder eine E-Mail-Adresse sein",
        ),
        (
            "is needed: ask somebody for an invitation",
            "wird gebraucht: lass dir eine Einladung geben",
        ),
        (
            "is needed: say in a few words why you want to join",
            "fehlt: schreib in ein paar Worten, warum du mitmachen möchtest",
        ),
        (
            "is not good (any more): ask for a new one",
            "gilt nicht (mehr): lass dir eine neue geben",
        ),
        (
            "nobody can open an account here at the moment",
            "im Moment kann hier niemand ein Konto eröffnen",
        ),
        (
            "a second factor is set up: remove it first",
            "ein zweiter Faktor ist eingerichtet: schalte ihn erst aus",
        ),
        // People, lists and hashtags
        (
            "you cannot follow yourself: your home has you already",
            "dir selbst kannst du nicht folgen: deine Startseite zeigt dich schon",
        ),
        (
            "200 of your requests wait for an answer: wait for some, or take some back",
            "200 deiner Anfragen warten auf Antwort: warte auf einige oder nimm welche zurück",
        ),
        (
            "nobody opens accounts from your network: ask whoever runs this server for one",
            "aus deinem Netz eröffnet niemand Konten: frag danach, wer diesen Server betreibt",
        ),
        ("you registered too many apps at once", "du hast zu viele Apps auf einmal angemeldet"),
        (
            "you follow as many accounts as one can (50,000)",
            "du folgst schon so vielen Konten wie möglich (50.000)",
        ),
        (
            "must not be empty: call the list something",
            "darf nicht leer sein: gib der Liste einen Namen",
        ),
        (
            "you have as many lists as one can (100): delete one first",
            "du hast schon so viele Listen wie möglich (100): lösch erst eine",
        ),
        (
            "this list is full (1000 people): take somebody off first",
            "diese Liste ist voll (1000 Leute): nimm erst jemanden herunter",
        ),
        (
            "you follow as many hashtags as one can (200): let one go first",
            "du folgst schon so vielen Hashtags wie möglich (200): lass erst eines los",
        ),
        // Apps
        (
            "is no app that this server knows: the app has to register anew",
            "ist keine App, die dieser Server kennt: die App muss sich neu registrieren",
        ),
        ("is not one that the app registered", "ist keine, die die App registriert hat"),
        // Blocks, mutes, and whom a tweet is for
        ("this account blocks you", "dieses Konto blockiert dich"),
        (
            "you block this account: unblock it first",
            "du blockierst dieses Konto: hebe das erst auf",
        ),
        ("you cannot block yourself", "dich selbst kannst du nicht blockieren"),
        ("you cannot mute yourself", "dich selbst kannst du nicht stummschalten"),
        (
            "you block as many accounts as one can (10,000)",
            "du blockierst schon so viele Konten wie möglich (10.000)",
        ),
        (
            "you mute as many accounts as one can (10,000)",
            "du hast schon so viele Konten stummgeschaltet wie möglich (10.000)",
        ),
        (
            "is for its author's followers: it cannot be quoted",
            "ist nur für Follower: das kannst du nicht zitieren",
        ),
        (
            "this tweet is for its author's followers: it cannot be passed on",
            "dieser Tweet ist nur für Follower: er lässt sich nicht weitergeben",
        ),
        (
            "must be public, unlisted or followers",
            "muss öffentlich, nicht gelistet oder für Follower sein",
        ),
        // Filters and replies
        (
            "must not be empty: call the filter something",
            "darf nicht leer sein: gib dem Filter einen Namen",
        ),
        ("must name at least one place", "muss mindestens an einer Stelle gelten"),
        ("must be 1 to 30 words or phrases", "sind 1 bis 30 Wörter oder Wendungen möglich"),
        ("must not be empty: leave out what is", "ist eines leer: lass es weg"),
        (
            "must be from a second to ten years",
            "muss zwischen einer Sekunde und zehn Jahren liegen",
        ),
        (
            "you have as many filters as one can (50): delete one first",
            "du hast schon so viele Filter wie möglich (50): lösch erst einen",
        ),
        (
            "whoever began this conversation chose who may reply: you may not",
            "wer dieses Gespräch begann, hat gewählt, wer antworten darf: du nicht",
        ),
        (
            "can only be said by a tweet that begins a conversation",
            "sagt nur ein Tweet, der ein Gespräch beginnt",
        ),
        (
            "only replies of others, in conversations that you began, can be hidden",
            "verbergen kannst du nur Antworten anderer, in Gesprächen, die du begonnen hast",
        ),
        // Forms
        (
            "was used for a different request: use a new key for each thing you create",
            "wurde schon mit anderem Inhalt abgeschickt: lade die Seite neu",
        ),
        (
            "was used for a session that has ended: use a new key",
            "gehört zu einer Anmeldung, die beendet ist: lade die Seite neu",
        ),
        // Too much at once
        ("too many tries", "zu viele Versuche"),
        ("too many requests at once", "zu viele Anfragen auf einmal"),
        (
            "too many accounts were opened from your network",
            "aus deinem Netz wurden zu viele Konten eröffnet",
        ),
        ("you wrote too many tweets at once", "du hast zu viele Tweets auf einmal geschrieben"),
        ("you deleted too many tweets at once", "du hast zu viele Tweets auf einmal gelöscht"),
        (
            "you uploaded too many pictures at once",
            "du hast zu viele Bilder auf einmal hochgeladen",
        ),
        ("you followed too many people at once", "du bist zu vielen Leuten auf einmal gefolgt"),
        (
            "you asked for too many archives at once",
            "du hast zu viele Archive auf einmal angefordert",
        ),
    ],
    wait: |how_long| {
        let how_long = how_long.replace("seconds", "Sekunden").replace("minutes", "Minuten");
        format!("Versuch es in {how_long} wieder")
    },
};

impl Words {
    /// A reason of the core in this language.
    pub(crate) fn reason<'a>(&self, reason: &'a str) -> Cow<'a, str> {
        let translated = |(said, here): &(&str, &'static str)| -> Option<Cow<'a, str>> {
            let Some((before, after)) = said.split_once("{}") else {
                return (*said == reason).then_some(Cow::Borrowed(*here));
            };
            let value = reason.strip_prefix(before)?.strip_suffix(after)?;
            Some(Cow::Owned(here.replacen("{}", value, 1)))
        };
        self.reasons.table.iter().find_map(translated).unwrap_or(Cow::Borrowed(reason))
    }

    /// What a problem says, which is a reason made a sentence.
    pub(crate) fn sentence<'a>(&self, field: Option<&str>, said: &'a str) -> Cow<'a, str> {
        let reason = said.strip_suffix('.').unwrap_or(said);
        if let Some((what, how_long)) = reason.split_once(" Try again in ") {
            let (what, wait) = (self.sentence(None, what), (self.reasons.wait)(how_long));
            return Cow::Owned(format!("{what} {wait}."));
        }
        if let Some(field) = field
            && let Some(reason) = reason.strip_prefix(field).and_then(|said| said.strip_prefix(' '))
        {
            return Cow::Owned(self.complaint(field, reason));
        }
        let is_it = |(key, _): &&(&str, &str)| pipit_http::problem::sentence(key) == said;
        match self.reasons.table.iter().find(is_it) {
            Some((_, here)) => Cow::Owned(pipit_http::problem::sentence(here)),
            None => Cow::Borrowed(said),
        }
    }

    /// What is wrong with a field, as a sentence.
    pub(crate) fn complaint(&self, field: &str, reason: &str) -> String {
        format!("{} {}.", (self.reasons.subject)(field), self.reason(reason))
    }
}

#[cfg(test)]
mod tests {
    use crate::words::ALL;

    #[test]
    fn reasons_are_told_in_the_language_of_the_page() {
        let [en, de] = ALL;
        assert_eq!(
            en.complaint("name", "must be a single line"),
            "The name must be a single line."
        );
        let long = "must have at most 50 characters";
        assert_eq!(de.complaint("name", long), "Der Name darf höchstens 50 Zeichen haben.");
        assert_eq!(de.reason("what nobody translated"), "what nobody translated");
        let wait = "Too many requests at once. Try again in 5 minutes.";
        assert_eq!(en.sentence(None, wait), wait);
        assert_eq!(
            de.sentence(None, wait),
            "Zu viele Anfragen auf einmal. Versuch es in 5 Minuten wieder."
        );
    }
}
