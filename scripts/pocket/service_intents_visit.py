"""Customers' intents about visiting: hours, the way, rules of the house, courses, rental, contact."""

TEXT = """
= hours | sp | opening hours; opening times; the hours on weekdays
~ hours_saturday hours_sunday hours_holiday phone
B: when the {kind} is open; what the opening hours are; until when the {kind} is open; from what time it is open
N: know the opening hours; know when it is open
Q:
(when|what time|at what time) (are you|is the {kind}|do you) open (today|tomorrow|on weekdays|on {day}|in the week|) ?
when (do|does) (you|the {kind}) (close|shut) (today|in the evening|on {day}|during the week|)?
what are your (opening hours|opening times|hours|business hours)?
(until when|till when|how late|how long) are you open (today|tonight|on weekdays|in the evening|)?
(opening hours|opening times|hours|open when)?
are you (open|there|closed) (now|today|tomorrow|at the moment|on {day}|after work|at 8 in the evening)?
(from when|how early) (can I come|are you open|may I come in|is somebody there) (in the morning|on weekdays|)?
can I (come|drop in|stop by|visit) (after work|at 6 pm|early in the morning|in the evening|on {day} at noon)?
do you (close|shut) (at lunchtime|for lunch|early|over midday)?
(is the {kind}|are you) (still open|open late|already open) (tonight|at 7|around noon|this evening|)?
what time does the {kind} (open|close|shut) (its doors|) ?
when is (the best|a good) time to (come|visit)? I mean, when are you open?
I finish work at (5|six|half past five), (are you still open then|can I still come|do I make it before you close).
at what (time|hour) (do you|does the {kind}) (open up|lock up|close the doors)?
I (want|would like) to (come by|visit) (on {day}|tomorrow|this week), (when are you there|when is it open|what are the hours)?
which days (are you|is the {kind}) open?
are you open (every day|all week|the whole day)?
how early (do you open|can I come)?
I was in front of a (closed|locked) door (today|on {day}), when do you (actually|) open?
when can (one|people|I) (shop|come|get in) on (weekdays|a {day}|normal days)?
could you (give|send) me your (hours|opening times)?
is anybody (in the {kind}|there) (at 8 am|on {day} evening|right now)?
E address phone parking: (and when are you open|and the opening hours|and until when are you open|what time do you close there)?
* h=hours
F: (we are|the {kind} is) open {h} (from Monday to Friday|on weekdays).
F: opening hours: Monday to Friday {h}.
A: we are open from Monday to Friday, {h}.
A: on weekdays we are open {h}.
A: the {kind} is open {h} on weekdays.

= hours_saturday | sp | Saturday opening hours; the hours on Saturday
~ hours hours_sunday hours_holiday
B: whether it is open on Saturday; the hours on Saturday; until when it is open on Saturday
Q:
are you (open|there) (on saturday|on saturdays|this saturday|at the weekend|saturday afternoon)?
(when|until when|how long) are you open on (a |)saturday?
what are your (hours|opening times|opening hours) (on saturday|on saturdays|at the weekend|for saturday)?
(saturday|weekend) (hours|opening times|opening)?
can I (come|visit|drop by|shop) on (saturday|a saturday|saturday morning|saturday afternoon)?
is the {kind} (open|closed) on saturdays?
when do you (close|open|shut) on saturday?
do you (work|open|sell) (at weekends|on saturdays|on saturday too)?
I only have time (at the weekend|on saturday), (are you open then|can I come then|when are you there).
I work all week, can I come on saturday?
what about saturday?
do you close earlier on saturday?
is saturday (a normal day|possible|ok) (for you|)?
how late (can I come|are you there) on (a |)saturday?
open saturday?
(this|next) saturday, (are you open|when can I come|what are the hours)?
is somebody in the {kind} on saturday (morning|afternoon|evening)?
we would like to (come|visit) on saturday, from (when|what time) are you open?
is it worth coming on saturday (after lunch|at 4 pm|in the afternoon)?
saturdays from when to when?
E hours hours_sunday: (and on saturday|and saturdays|what about saturday|and at the weekend|also on saturday)?
* h=hours
F: on Saturday (we are|it is|the {kind} is) open {h}.
A: on Saturday we are open {h}.
A: yes, on Saturday we are open {h}.
* 
F: (we are|the {kind} is) closed on Saturdays.
A: I am sorry, we are closed on Saturdays.

= hours_sunday | sp | Sunday opening; the hours on Sunday
~ hours hours_saturday hours_holiday
B: whether it is open on Sunday; the hours on Sunday
Q:
are you (open|there|closed) (on sunday|on sundays|this sunday|sunday morning)?
is the {kind} (open|closed) on (sunday|sundays|a sunday)?
can I (come|visit|shop|drop by) on (sunday|a sunday|sunday afternoon)?
do you open on sundays?
(sunday|sundays) (open|hours|opening times)?
what are your (hours|opening times) on sunday?
when are you open on sunday?
we are only (in town|in {city}|here) on sunday, (are you open|can we visit you|is that possible).
do you have a day off? sunday perhaps?
is sunday a day when you (are open|work|close)?
(this|next) sunday, (is the {kind} open|are you there|can I come)?
we would love to come on sunday, is (anybody there|it open|that possible)?
is it closed on the seventh day of the week?
do I find a closed door on sunday?
what about sundays?
I have no other day than sunday, can I (come|visit) then?
does the {kind} rest on sunday?
are (weekends|sundays) (included|also open)?
E hours hours_saturday: (and on sunday|and sundays|what about sunday|is sunday also possible)?
* 
F: (we are|the {kind} is) closed on Sundays.
A: no, we are closed on Sundays.
A: I am sorry, we are closed on Sunday.
* h=hours
F: on Sunday (we are|the {kind} is) open {h}.
A: yes, on Sunday we are open {h}.

= hours_holiday | sp | opening on public holidays; holiday opening hours
~ hours hours_sunday hours_saturday
B: whether it is open on public holidays; the hours on {holiday}; whether it is closed at Christmas
Q:
are you (open|closed|there) (on public holidays|on bank holidays|on {holiday}|over christmas|at easter|between christmas and new year)?
is the {kind} (open|closed) on ({holiday}|public holidays|bank holidays|holidays)?
what are your (hours|opening times) (on {holiday}|over the holidays|at christmas|on public holidays)?
(holiday|christmas|easter|bank holiday) (hours|opening times|opening)?
can I (come|visit|shop) on ({holiday}|a public holiday|a bank holiday)?
do you (open|close|work) on ({holiday}|public holidays|bank holidays)?
{day} is a (public|bank) holiday, (are you open|can I still come|is the {kind} closed)?
when do you (close|open) on {holiday}?
do you have (special|other|different) (hours|times) (at christmas|for the holidays|on public holidays)?
next week there is a (public|bank) holiday, does that change your hours?
are you (there|open) (during|over) the (holidays|christmas days|easter days)?
do you take a (break|holiday) (in summer|over christmas|between the years)?
{holiday}, (open or closed|are you there|can I come)?
is it (usual|normal) that you close on public holidays?
will somebody be in the {kind} on {holiday}?
what about (bank holidays|public holidays|{holiday})?
will I find you (open|closed) on the public holiday?
E hours hours_sunday hours_saturday: (and on {holiday}|and on public holidays|what about holidays|and at christmas)?
* 
F: (we are|the {kind} is) closed on public holidays.
A: no, we are closed on public holidays.
* h=hours
F: on public holidays (we are|the {kind} is) open {h}.
A: yes, on public holidays we are open {h}.

= address | sp | the address; the location; how to get there
~ parking hours phone
B: where the {kind} is; what the address is; how to get there; how to find the {kind}
N: know the address; know where it is
Q:
where (are you|is the {kind}|is your {kind}|do I find you|exactly are you)?
what is (your|the) (address|street|location|exact address)?
how do I (get|come) (to you|there|to your {kind}|to the {kind}) (by bus|by train|on foot|from the station|)?
(which|what) street are you (in|on)?
(address|location|directions|where)?
where can I find (you|your {kind}|the {kind})?
can you (give|tell|send) me (your|the) (address|location|way to you)?
which (town|city|part of town) (are you in|is the {kind} in)?
is the {kind} in (the town centre|{city}|the centre)?
do you have a (shop|branch|place) (in {city}|I can visit|near me|where I can try things)?
how far (are you|is it) from (the station|the centre|the bus stop)?
what do I (type|enter|put) into (my sat nav|the map|my phone) to find you?
I want to (come|drive|walk) (by|to you|over), where (is it|do I have to go|are you)?
I am (at the station|in town|in {city}) now, how do I find you?
I cannot find (you|your {kind}|the entrance|the place) on the map.
where is your {kind} (located|to be found|)?
is there a (bus|tram|train) (stop|) near you?
I would like to (visit|come to) you (in person|), where do I have to go?
are you only online or (is there a real shop|do you have a place to visit|can I come by somewhere)?
I am walking round {city} and do not see you, (which street is it|where are you)?
which bus (stop|line) is (closest|nearest) to you?
E hours phone parking: (and where are you|and the address|where is that|and how do I get there)?
* a=address
F: (we are|the {kind} is) at {a}.
F: address: {a}.
A: you find us at {a}.
A: our address is {a}.
A: the {kind} is at {a}.

= parking | sp | parking; parking spaces; where to park
~ address wheelchair price_entry
B: where to park; whether there is parking; what parking costs
D: park my car; leave my car; charge my electric car
Q:
(is there|do you have|have you got) (parking|a car park|parking spaces|anywhere to park|places for cars)?
where (can|do|should) (I|we) (park|leave the car|put the car|park our van)?
can I park (near you|at the {kind}|in front of the {kind}|close by|outside)?
(is parking|is the car park) (free|possible|expensive|easy|for customers only)?
how much (is|does) (parking|the car park) (cost|)?
parking?
I (come|am coming|will come) by car, (where do I park|is there parking|can I leave it near you).
are there (enough |)(parking spaces|parking places|places to park) (near you|at the door|)?
do (customers|visitors|guests) (park for free|get a parking space|pay for parking)?
is it (hard|easy|difficult) to (park|find a parking space) (near you|there)?
can we (park|leave) a (van|camper|car|motorbike|bus) (there|at yours|with you)?
is there a (place|spot|space) for (my car|our bus|a trailer|my bike)?
what about parking?
do I (need|have) to pay (to park|for parking)?
we arrive with (two cars|a big car|a camper), where (shall we leave it|can it stand|do we put it)?
is there a (multi-storey|car park|garage) (nearby|next door|close to you)?
E address hours: (and can I park there|and parking|where do I leave the car|is there parking)?
* w=where
F: (there is a free car park|free parking is) {w}.
A: yes, there is free parking {w}.
A: you can park free of charge {w}.
* p=perhour w=where
F: (parking|the car park) {w} costs {p}.
A: there is a car park {w}; it costs {p}.
* 
F: (there is no car park|we have no parking spaces).
A: I am sorry, we have no parking spaces.

= phone | sp | the phone number; calling; contact by phone
~ email_contact human hours
B: what the phone number is; whether it is possible to call; how to reach somebody by phone
N: know the phone number
D: call you; speak to somebody on the phone
Q:
what is your (phone number|telephone number|number|hotline)?
can I (call|ring|phone) (you|somebody|the {kind})?
(phone|telephone) (number|)?
(which|what) number (do I|can I|should I) (call|ring|dial)?
how can I (reach|call|ring) you (by phone|on the phone|by telephone)?
do you have a (phone number|hotline|number I can call|telephone)?
I would (rather|prefer to|like to) (call|ring|phone) (you|somebody).
I cannot find (your|a) (phone|telephone) number (on the site|anywhere|).
can you give me a number to (call|ring)?
(is there|where is) a (hotline|telephone line|phone line)?
when (can I call|is the phone answered|do you answer the phone|can I ring you)?
under which number (are you|is the {kind}) (reached|available)?
I do not like writing, (can we talk on the phone|what is your number|may I ring you).
nobody (picks up|answers the phone), (is the number right|what is your number|which number is correct)?
could you (ring|call|phone) me (back|)?
I want to (talk|speak) to (you|somebody) by phone.
what do I dial to (talk to you|get through|speak to the {kind})?
E email_contact address hours human: (and by phone|and the phone number|can I call as well|and what is the number)?
* t=phone
F: (the phone number is|phone:|call us at) {t}.
A: our phone number is {t}.
A: you can call us on {t}.

= email_contact | sp | the email address; contact by email; the time until a reply
~ phone human complaint
B: what the email address is; how long an answer takes; how to write to the {kind}
N: know the email address; know how soon an email is answered
D: write to you; send you an email
Q:
what is your (email|email address|mail address|e-mail)?
(can|how can) I (write|email|mail) (to you|you|the {kind})?
where (do|can|should) I (write|send my email|send a message) (to|)?
email (address|)?
how (fast|quickly|soon) do you (answer|reply|write back) (to emails|to mails|)?
how long (does it take|do you need|must I wait) (until you answer|to answer an email|for a reply|for an answer)?
I (wrote|sent) (you |)(an email|a mail|a message) (two days ago|last week|on {day}) and (got no answer|nobody replied|have heard nothing).
to which address can I (write|send) (my question|a photo|documents)?
do you answer (emails|mails|messages) (at the weekend|on the same day|quickly)?
when (will I|do I) (get|hear) (an answer|a reply|back from you)?
is there an (email|email address|address) (for questions|I can write to|)?
nobody (answers|has answered|replies to) my (emails|mail|messages).
did you get my (email|mail|message)?
I would like to (send|email) you (a photo|some pictures|my question|a document), (where to|which address|what is the email).
how can I contact you in writing?
can I (ask|reach) you (by email|in writing|by mail)?
how many (hours|days) until I (hear from you|get a reply|have an answer)?
E phone human: (and by email|and the email address|or can I write instead|and how soon do you reply)?
* e=email r=replytime
F: (email:|the email address is|write to) {e}; we answer {r}.
A: you can write to {e}; we answer {r}.
A: our email address is {e} and we reply {r}.

= rental | sp | rental; hiring equipment; renting
~ deposit price_entry booking second_hand
B: whether things can be rented; what renting costs; what it costs to hire {an}
D: rent {an}; hire {an} for the weekend; borrow {an}
Q:
can I (rent|hire|borrow|lend) {an} (from you|for a week|for the weekend|for a day|)?
do you (rent out|hire out|lend) ({pl}|equipment|things)?
how much (is it|does it cost) to (rent|hire) {an} (for a day|for a week|per day|)?
what does (renting|hiring|it cost to rent) {an} (cost|) (per day|a day|for three days|)?
(is there|do you have|do you offer) (a rental|rental|a hire service|a lending service)?
(rent|hire|rental|renting) {pl}?
I only need {an} (for one trip|for a weekend|once), (can I rent one|do you hire them out|must I buy it).
instead of buying, can I (rent|hire|borrow) (it|{an})?
(rental|hire) (price|cost|fee|charge) (for {an}|)?
which (things|{pl}) can (one|I) (rent|hire)?
I do not want to buy {an}, (just rent one|just borrow it|only hire one).
what is the (daily|weekly) (rate|price) for {an}?
for how long can I (rent|hire|keep) {an}?
is it possible to (rent|hire|borrow) {an} for (two|three|four) days?
we need (two|three|four) {pl} for a (holiday|weekend|trip), can we (hire|rent|borrow) them?
could I have {an} for a (few days|week) and bring it back?
E deposit stock second_hand: (and can I rent one|and what does renting cost|or can I hire it|and for a week)?
* p=perday
F: {pl} can be (rented|hired) for {p}.
A: yes, you can rent {an} for {p}.
A: renting {an} costs {p}.

= deposit | sp | the deposit; the rental deposit
~ rental refund_time payment booking
B: how high the deposit is; whether there is a deposit; when the deposit is paid back
Q:
(is there|do I have to pay|do you take|do you want) a deposit (for {an}|when I rent|for the rental|)?
how (much|high) is the deposit (for {an}|for the rental|)?
what deposit do you (take|ask for|want) (for {pl}|)?
when do I get (my|the) deposit back?
do I get the deposit back (at once|when I return it|in cash|)?
deposit?
how much (security|money) do I have to (leave|hand over) (when I rent {an}|as a deposit|with you)?
do I need to leave (my passport|money|something|a card) as a (deposit|security)?
what happens to my deposit if (something breaks|the {item} is damaged|I am late)?
I returned (the {item}|the rented {item}) but (have not got the deposit back|the deposit is missing).
can I pay the deposit (by card|in cash)?
is the deposit (returned|paid back|lost) if I (bring it back late|cancel)?
must I (put down|leave|pay) (a deposit|security) to (rent|hire|borrow) {an}?
what (sum|amount) do you keep until I bring the {item} back?
E rental booking: (and is there a deposit|and the deposit|how much deposit do you take)?
* p=big
F: the (rental |)deposit is {p}.
A: the deposit is {p}; you get it back when you return the things.
A: we take a deposit of {p}.

= dogs | sp | dogs; whether dogs are allowed; pets
~ children wheelchair cafe
B: whether dogs are allowed; whether a dog may come along
D: bring my dog; come with my dog
Q:
(are dogs|are pets|is my dog|are animals) (allowed|welcome|permitted|ok) (in the {kind}|inside|with you|)?
can I (bring|take) (my|a|our) (dog|puppy|pet) (in|along|with me|into the {kind}|inside|)?
(may|can) (my dog|dogs|our puppy) come (in|inside|along|with me)?
do you (allow|let in|accept) (dogs|pets|animals)?
I have a (dog|small dog|big dog|puppy), (can he come in|is that a problem|must he wait outside|may I bring him).
(dogs|dog) (allowed|ok|welcome)?
must my dog (wait|stay) (outside|in the car)?
is it (ok|fine|a problem) if I (come with|bring) (my|a) dog?
does the dog have to (stay outside|be on a lead|wear a muzzle)?
we (travel|come|are coming) with (our dog|two dogs), (is that ok|are they welcome|can they come in).
is the {kind} dog friendly?
what about (four-legged friends|dogs|pets)?
can I leave the dog at home or may he come too?
is there a rule (about|for) (dogs|pets|animals) (in the {kind}|)?
my dog is very quiet, may he (come in|sit inside|join me)?
is there a (water bowl|place) for (dogs|my dog)?
E children hours address: (and dogs|and can I bring my dog|what about dogs)?
* 
F: dogs are (welcome|allowed) (on a lead|if they are on a lead).
A: yes, dogs are welcome as long as they are on a lead.
* 
F: dogs are not allowed (inside|in the {kind}).
A: I am sorry, dogs are not allowed inside.
* 
F: only guide dogs are allowed.
A: only guide dogs may come in, I am sorry.

= children | sp | children; what there is for children; prams
~ dogs cafe kids_sizes price_entry
B: whether children are welcome; whether there is a play corner; from what age children may come
D: bring my children; come with a pram
Q:
(are children|are kids|are babies|are families) (allowed|welcome) (in the {kind}|)?
can I (bring|come with) (my children|my kids|a baby|a pram|a pushchair|our little ones)?
is there (a play corner|a play area|something for children|anything for kids|a changing table) (in the {kind}|)?
what can (kids|children|my daughter|my son) do (there|while I shop|at yours)?
from (what|which) age (can children|may kids|is it allowed to) (come|take part|come in)?
is the {kind} (good|suitable|made) for (children|families|small kids)?
my (son|daughter) is (three|four|five|six), (can she come along|may he come in|is there something to do).
(kids|children) (welcome|allowed|ok)?
do children (need|have to be with) an adult?
we are coming with (three|two|four) (children|kids), (is that a problem|is there room|will they be bored)?
do you have (toys|books|a corner) for (the kids|children|little ones)?
can I get through with a (pram|pushchair|buggy)?
where can I change (my baby|a nappy)?
will my (kids|children) (get bored|have fun|find something to do) (at yours|in the {kind}|)?
E dogs price_entry hours: (and children|what about kids|can children come too)?
* f=floor
F: children are welcome; there is a play corner {f}.
A: yes, children are welcome, and there is a play corner {f}.
* n=age
F: children (can come|are welcome) from age {n}.
A: children are welcome from age {n}.

= wheelchair | sp | wheelchair access; access for disabled people; a step-free entrance
~ parking toilets children address
B: whether the {kind} has wheelchair access; whether there is a lift; whether there are steps
D: come with a wheelchair; get in without stairs
Q:
(is the {kind}|is the entrance|are you) (accessible|accessible by wheelchair|wheelchair friendly|step-free)?
can I (come in|get in|visit you) (with|in) a wheelchair?
(are there|do you have) (stairs|steps|a ramp|a lift) (at the door|at the entrance|inside|)?
my (mother|father|husband|friend) (uses|is in|sits in) a wheelchair, (can we come|can she get in|is there a ramp|is that a problem).
I (am in|use) a (wheelchair|walking frame), (can I get in|is there a lift|are there steps).
(wheelchair|disabled) (access|friendly|)?
is there a (lift|ramp|wide door|step-free way in)?
I cannot (climb|walk up) stairs, (can I still visit|is there a lift|is everything on one floor).
is (everything|the {kind}) on (the ground floor|one level|one floor)?
is there a (toilet|parking space) for (wheelchair users|disabled people)?
how do (people in a wheelchair|wheelchair users|disabled visitors) get in?
I have (bad knees|trouble walking|a broken leg), are there many (stairs|steps)?
do you have access for (disabled people|people who cannot walk well)?
is the door wide enough for a (wheelchair|mobility scooter)?
E parking toilets address: (and with a wheelchair|and is there a lift|is that step-free)?
* 
F: the (entrance|{kind}) (is step-free|has wheelchair access) and there is a lift.
A: yes, the entrance is step-free and there is a lift.
* 
F: there are three steps at the entrance (and no ramp|).
A: I am sorry, there are three steps at the entrance. our staff will gladly help you.

= toilets | sp | toilets; the customer toilet
~ cafe wheelchair children
B: whether there is a toilet; where the toilets are
Q:
(is there|do you have|have you got) a (toilet|customer toilet|loo|bathroom|restroom|wc)?
where (is|are) (the|your) (toilet|toilets|loo|bathroom|restroom)?
can I use (the|your) (toilet|loo|bathroom|restroom)?
(toilet|toilets|loo|wc)?
may (visitors|customers|my kids) use the (toilet|loo|bathroom)?
I need the (toilet|loo), where do I go?
is there a (public|clean) (toilet|loo) (in the {kind}|nearby|)?
does the {kind} have (toilets|a loo|a toilet) for (customers|visitors|guests)?
my (son|daughter) has to (go|pee), is there a (toilet|loo)?
where can I wash my hands?
on which floor (are the toilets|is the toilet|is the loo)?
what if I need the toilet (while shopping|in your {kind}|)?
E cafe children: (and is there a toilet|and the toilets|and where are the toilets)?
* f=floor
F: the (toilets are|customer toilet is) {f}.
A: the toilet is {f}.
A: yes, you find it {f}.
* 
F: there is no customer toilet.
A: I am sorry, we have no toilet for customers.

= cafe | sp | the cafe; food and drink
~ toilets children hours
B: whether there is a cafe; where to get something to eat; whether there is coffee
D: drink a coffee at your place; get something to eat
Q:
(is there|do you have) (a cafe|a restaurant|something to eat|coffee|a snack bar|a drinks machine) (in the {kind}|)?
can (I|we) (eat|drink|get a coffee|have lunch|get a snack) (there|at the {kind}|at your place)?
where can I (get|have|drink) (a coffee|a drink|something to eat)?
(coffee|cafe|food)?
do you (sell|serve|offer) (food|drinks|coffee|cake|snacks)?
I am (hungry|thirsty), is there something (in the {kind}|at your place|)?
may we (bring|eat) our own food?
is the cafe open (every day|on {day}|to everybody)?
is there (a corner|a table|a place) where one can (sit and drink something|have a coffee|rest)?
after shopping I would like a coffee, (is there a cafe|do you have one|where do I get it)?
what is there to (eat|drink) (at yours|in the {kind}|)?
can my husband have a coffee while I (look around|shop|try things on)?
E toilets children: (and is there a cafe|and something to eat|and coffee)?
* f=floor
F: there is a (small|) cafe {f}.
A: yes, there is a small cafe {f}.
* 
F: there is no cafe.
A: no, we have no cafe, I am sorry.

= courses | sp | courses; workshops and events
~ booking schools price_entry newsletter
B: what courses there are; when the next workshop is; what a course costs; how to sign up for a course
D: take a course; sign up for a workshop; join the {course_any} course; book a place in the workshop
Q:
do you (have|offer|run|give|do) (courses|workshops|classes|lessons|events|evening classes)?
(when|what day) is the (next|) (course|workshop|{course_any} course|event)?
how much (is|does) (a course|the workshop|the {course_any} course) (cost|)?
can I (sign up|register|book a place|join) (for|in) (a course|the workshop|the {course_any} course)?
I would like to learn {course_any}, (do you have a course|is there a class|can you teach me)?
(courses|workshops|events)?
are there (courses|workshops|classes) (for beginners|for children|in the evening|at the weekend)?
is there (still |)(a place|room|space) (left |)(in|on) (the course|the workshop|the {course_any} course)?
what (events|workshops|courses) are (coming up|planned|on this month)?
do you teach {course_any}?
where do I (register|sign up) for (a course|the {course_any} class)?
can a beginner (take part|join in) (in your courses|)?
can somebody (show|teach) me how to (do it|use {an}|look after my {item})?
I saw that there is a {course_any} (evening|course|class|workshop), (what does it cost|when is it|can I still join).
what is (on|happening) at your {kind} (this month|in {month}|)?
how many people (are in|can join) a (course|workshop)?
is there a programme of (talks|events|workshops)?
E booking hours price_entry: (and do you offer courses|and when is the next course|and are there workshops)?
* c=course d=date p=mid
F: (a|the next) course in {c} is on {d} and costs {p}.
F: we offer a course in {c} on {d} for {p}.
A: we offer a course in {c} on {d}; it costs {p}.
A: the next course is {c} on {d}, for {p}.
* c=course d=day
F: there is a {c} workshop every {d}.
A: yes, there is a {c} workshop every {d}.

= jobs | sp | jobs; working there; job applications
~ courses wholesale complaint
B: whether there are jobs; how to apply for a job
D: work for you; apply for a job; do an internship with you
Q:
(are you|is the {kind}) (hiring|looking for staff|looking for people|taking on people)?
do you have (jobs|a job|open positions|vacancies|work|a holiday job|an internship) (for me|)?
can I (work|apply|do an internship|do a work placement) (for you|at your {kind}|with you)?
how (do|can) I apply (for a job|)?
I am (looking for|after) (a job|work|a part-time job|an internship).
(jobs|vacancies|careers|internship)?
where (do|can) I send my (application|cv)?
my (daughter|son) would like (a holiday job|an internship|to work at your {kind}).
are there (jobs|positions|vacancies) (free|open|going) (at the moment|in {city}|)?
do you need (help|somebody|staff) (at the weekend|in summer|in the {kind}|on saturdays)?
I would love to (be part of|join) your team.
I have (experience|worked) in (sales|shops|such a place), do you (need somebody|have a position)?
can (students|pupils) work (with you|at your {kind}|for you in the holidays)?
could I earn some money at your {kind}?
what do you pay (your staff|per hour)? I want to apply.
* e=email
F: applications for jobs go to {e}.
A: please send your application to {e}.
* j=job
F: we are looking for {j} at the moment.
A: at the moment we are looking for {j}. please send us your application.

= schools | sp | offers for schools and clubs; group offers
~ wholesale student_discount courses booking
B: whether there are offers for schools and clubs; whether groups get a better price
D: come with a school class; order for our club
Q:
do you (have|offer|give) (something|a price|prices|special terms|a discount) for (schools|clubs|groups|classes|youth groups)?
I am a teacher, (can I come with my class|do schools get a discount|do you have offers for us).
we are a (sports club|youth group|scout group|school|kindergarten), (do we get a better price|what can you offer|is there a discount).
can we (come|visit|book) (as a group|with a class|with twenty people|with the club)?
is there a (group|school|club) (price|rate|discount|offer)?
our (club|school|class) needs (ten|twenty|fifteen) {pl}.
I would like to bring (my class|25 children|a group), (what must I do|is that possible|what does that cost).
(schools|clubs|groups)?
do (teachers|clubs|scouts|schools) (get|have) (special prices|money off|a discount)?
our (scouts|football team|walking club) (want|would like) to (buy|order) (together|from you), (what can you do|is it cheaper).
what do you (do|offer) for (school classes|associations|youth groups)?
who looks after (schools|clubs|groups) (at your {kind}|)?
can our school pay later and get (club|school) terms?
* p=pc
F: (schools and clubs|groups of ten or more) get {p} off.
A: schools and clubs get {p} off.
A: yes, groups, schools and clubs pay {p} less.

= lost_property | p | lost property; something left behind
~ lost_parcel missing_item phone
B: where lost things are kept
D: find what I left behind; get my lost {item} back
Q:
I (left|forgot|lost) my (umbrella|jacket|keys|phone|bag|glasses|{item}) (at your {kind}|there|with you|on {day}|yesterday).
(did|has) (anybody|somebody|you) (find|found) (a|my) (key|phone|umbrella|bag|scarf)?
do you have (a lost property office|lost property|a box for lost things)?
where (are|do you keep) (lost|forgotten) things?
I think my (bag|wallet|phone|hat) is still (in your {kind}|with you|in the cloakroom).
has a (purse|scarf|phone|watch) been (handed in|found)?
lost (umbrella|wallet|keys)?
I was at your {kind} (yesterday|on {day}) and now my (keys are|bag is|phone is) gone.
* f=floor
F: lost property is kept {f}.
A: lost property is kept {f}. please come by and ask.

= price_entry | p | the price; the entrance fee; ticket prices
~ booking student_discount membership children
B: what it costs to get in; what a ticket costs
D: buy a ticket
Q:
how much (is|does) (a ticket|the entrance|it|one visit|admission) (cost|)?
what (is|are) (the|your) (price|prices|entrance fee|ticket prices|fees|admission)?
(price|prices|tickets|entry)?
do (I|we) (have to|need to) pay (to get in|for a visit|entrance)?
is (entry|admission|the visit) free?
what do (adults|children|families|two people) pay?
is there a (family ticket|day ticket|group ticket|child price)?
we are two adults and (two|three) children, what (do we pay|does that cost|will it be)?
what would a visit cost (me|us|a family)?
how (expensive|dear) is it (to get in|)?
do children (pay|get in free|cost less)?
what do you (charge|take|ask) (per person|for an hour|for a visit)?
E hours booking address: (and what does it cost|and the price|and how much is it|and for children)?
* p=price
F: (admission|a ticket) (is|costs) {p}.
A: a ticket costs {p}.
A: admission is {p}.
* p=price n=age
F: a ticket costs {p}; children under {n} are free.
A: a ticket costs {p}, and children under {n} are free.

= booking | p | booking; making an appointment; reservations
~ cancel_booking price_entry courses hours
B: whether booking is necessary; how to book
D: book a place; make an appointment; reserve a table for two; book for {day}
Q:
(do I|must I|do we) (have to|need to) (book|reserve|make an appointment) (first|in advance|before I come|)?
can I (book|reserve|get an appointment|get a slot) (for {day}|online|by phone|for two people)?
how do I (book|make a reservation|make an appointment|reserve a place)?
do you have (anything|a place|a slot|a free appointment) on {day}?
can I just (turn up|come|walk in) (without booking|without an appointment|)?
I need an appointment (for {day}|next week|as soon as possible).
(booking|reservation|appointment)?
is it (full|booked out|busy) on {day}?
is there (room|a place|something free) for (two|four|six) people on {day}?
when is the next free (appointment|slot|place)?
I would like to (come|visit) on {day} with (two|three|four) people, (shall I book|must I reserve|is that fine).
what happens if I come without (booking|an appointment|a reservation)?
E price_entry hours courses: (and do I have to book|and how do I book|and must I reserve)?
* t=phone
F: (booking is necessary|please book in advance), by phone on {t}.
A: please book in advance by phone on {t}.
* 
F: booking is not necessary.
A: no, you can just come; booking is not necessary.

= cancel_booking | p | cancelling a booking; changing an appointment
~ booking cancel_order late_fee
B: until when a booking can be cancelled; what cancelling a booking costs
D: cancel my booking; move my appointment; cancel my appointment on {day}
Q:
can I (cancel|move|change|put off) my (booking|appointment|reservation|lesson) ?
I cannot (come|make it) on {day}, (can we find another day|what now|please cancel my appointment).
I am (ill|sick|stuck), I will not (make it|be there) (today|on {day}).
until when can I cancel (my booking|an appointment|for free)?
do I (have to|) pay if I (cancel|do not come|miss my appointment)?
what does it cost to cancel?
cancel my (booking|appointment|table|room) please.
can I come on {day2} instead of {day}?
something has come up and I cannot (keep|come to) my (appointment|booking).
is it possible to (shift|move) (my booking|my appointment|the lesson) to {day2}?
please take my name (off|out of) the (list|book) for {day}.
E booking: (and if I cannot come|and can I cancel it|and until when can I cancel)?
* h=hourspan
F: bookings can be cancelled free of charge until {h} before.
A: you can cancel free of charge until {h} before.

= late_fee | p | late fees; bringing something back late
~ rental deposit cancel_booking
B: what happens when something is brought back late; how high the late fee is
D: renew my loan; keep it longer
Q:
what happens if I (bring|return) it (late|too late|a day late)?
is there a (late fee|fine|penalty) (for being late|)?
how (much|high) is the late fee?
I am late with (the {item}|my return|bringing it back), (what do I pay|is that bad|what now).
can I (keep|have|borrow) it (longer|a few days more|another week)?
my {item} is overdue.
do I pay a fine if I am (one day|two days|a week) late?
I forgot to bring back the {item} (on {day}|yesterday|in time).
can you (extend|renew|lengthen) (my loan|the rental|the time)?
* p=perlate
F: the late fee is {p}.
A: the late fee is {p}.

= membership | p | membership; a season ticket
~ price_entry student_discount delete_account booking
B: what a membership costs; how to become a member; whether there is a season ticket
D: become a member; end my membership; buy a season ticket
Q:
how (do|can) I (become a member|join|sign up)?
what does (a membership|it|a season ticket|an annual ticket) cost?
is there (a membership|a season ticket|a yearly pass|a monthly ticket)?
do members (get a discount|pay less|get in free)?
I would like to (join|become a member|get a yearly pass).
(membership|season ticket|annual pass)?
how do I (end|cancel|stop) my membership?
what do I get as a member?
is it worth (joining|being a member|buying the yearly pass) if I come (often|every week)?
I come every week, is there something cheaper than single tickets?
* p=peryear
F: a membership costs {p}.
A: a membership costs {p}.
"""
