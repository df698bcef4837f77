"""Customers' intents of small talk, complaints and requests that a shop's assistant declines."""

TEXT = """
= human | sp | talking to a person; a human colleague
~ robot phone complaint
N: talk to a human; be passed on to a colleague
D: talk to a human; speak to a real person; talk to somebody who works there; reach customer service
Q:
can I (talk|speak|chat) (to|with) (a human|a person|a real person|somebody|a colleague|an employee|your boss)?
I (want|would like|need) (a human|a real person|to talk to somebody|a person to talk to|somebody real).
(human|agent|real person|a person|staff) please.
(connect|pass|put) me (through |on |)to (a colleague|a human|customer service|your team) please.
is there (a human|somebody|anybody|a real person) (there|I can talk to|who can help me)?
I do not want to (talk|write) (to|with) a (machine|computer|bot|robot).
you do not understand me, (give me a person|I want a human|let me talk to somebody).
can (somebody|a colleague|a human) (call|help|answer) me?
this is (too complicated|too difficult) for a (bot|machine), (who else can help|get me somebody).
how do I (get|reach) (a real person|customer service|somebody in the {kind})?
enough of the (bot|computer), where are the people?
could a (colleague|member of staff|manager) look at this?
* 
A: of course, I will pass you on to a colleague.
A: yes, a colleague will take over. please wait a moment.
A: of course. a colleague will help you as soon as possible.

= robot | sp | whether it is a robot; who is answering
~ human greeting joke
N: know whether they are talking to a robot; know who is answering
Q:
are you (a robot|a bot|human|real|a machine|a computer|a person|an ai|alive)?
(am I|do I) (talking|writing|speak) (to|with) a (robot|bot|machine|human|person)?
who (are you|am I talking to|is writing here|is this|answers me here)?
do I talk to a (person|machine|program)?
is this (an automatic answer|a computer|a real person|a program|a chatbot)?
what is your name?
what (can|do) you (do|know|help with)?
did a (human|person) write this?
how old are you?
do you (sleep|eat|have feelings|have a body|have a family)?
you sound like a (robot|machine|computer), are you one?
tell me the truth, (are you a machine|is there a person behind this).
* 
A: I am a computer program that answers customers' questions.
A: I am an assistant program, not a human. a colleague can take over if you like.

= greeting | sp | a greeting
~ bye thanks robot
N: say hello; greet the shop
Q:
(hi|hello|hey|good morning|good evening|good day|good afternoon|hi there|hello there|hey you|morning|hiya) (everybody|all|dear team|there|)(!|.|)
hello, (is anybody there|how are you|can you help me|I have a question).
(hi|hello), I am {name}.
hello, (I need some help|can I ask something|are you there).
(how are you|how is it going|how do you do|how are things) (today|)?
nice to meet you.
(hi|hello|hey) (from {city}|from {country}|again)(!|.)
may I ask (you |)something?
* 
A: hello! how can I help you?
A: good day! what can I do for you?
A: hello, nice to hear from you. how can I help?

= thanks | sp | thanks; a thank-you
~ bye compliment greeting
N: say thank you
Q:
(thanks|thank you|many thanks|thanks a lot|thank you very much|thx|cheers|great, thanks|perfect, thank you) (for your help|for the answer|for everything|)(!|.)
that (helped|helps|was helpful|is all I needed|answers my question) (a lot|very much|), (thank you|thanks).
(great|perfect|wonderful|super|lovely), that (helps|is what I needed|is good to know).
you (have been|were) (very |really |)(helpful|kind).
I (appreciate|am grateful for) (it|your help|the quick answer).
thanks, (now I know|I understand|that is clear now).
how kind of you.
* 
A: you are welcome!
A: I am glad that I could help.
A: my pleasure. just write if you have another question.

= bye | sp | a goodbye
~ thanks greeting
N: say goodbye
Q:
(bye|goodbye|bye bye|see you|see you soon|until next time|good night|so long|have a nice day|take care) (then|everybody|and thanks|)(!|.)
(that is all|that was all|I am done|no more questions), (bye|goodbye|thanks|have a good day).
I have to go now(|, bye).
(talk|write) to you (later|soon|another time).
no, (that is all|nothing else|I have everything), (bye|thank you|goodbye).
* 
A: goodbye and have a nice day!
A: goodbye! see you soon.

= joke | sp | a joke; small talk
~ robot poems greeting
N: hear a joke
D: hear a joke; hear something funny
Q:
(tell me|do you know|can you tell me) (a joke|something funny|a good joke)?
(make|can you make) me laugh.
(another|one more) joke please.
(joke|say something funny)!
I am (bored|sad), (tell me something funny|cheer me up).
do you have (humour|any jokes|a sense of humour)?
what is the funniest thing you know?
cheer me up (with a joke|please|).
* 
A: why did the rucksack go to school? it wanted to carry more knowledge.
A: what does a tent say to the rain? you cannot come in!
A: why are boots such good friends? they go everywhere together.

= compliment | sp | praise; a compliment
~ thanks complaint
N: praise the shop; say that they are happy
Q:
(your {kind}|your shop|your service|your team|your {item}) is (great|the best|wonderful|really good|fantastic|lovely)(!|.)
I (love|really like|adore) (your {kind}|my new {item}|your {pl}|your shop).
(the {item} is|my new {item} is|your {pl} are) (perfect|excellent|just what I wanted|even better than I thought).
I am (very happy|so pleased|delighted) with (my {item}|your service|everything).
you are (doing a great job|so helpful|the best|clever|very nice).
everything (went|was) (perfectly|smoothly), (well done|great work|keep it up).
just wanted to say how (good|friendly|quick) you were.
five stars for your {kind}.
* 
A: thank you, that is kind. I will pass it on to the team.
A: how nice to hear, thank you!

= complaint | sp | a complaint; an angry customer
~ human email_contact damaged_parcel compliment
B: where to complain
N: complain; complain about the service; express their anger
D: make a complaint; complain about the staff; complain about your service
Q:
I (want|would like|have) to (complain|make a complaint) (about your service|about a colleague|about the {kind}|).
(this|that) is (a scandal|ridiculous|unacceptable|a disgrace|outrageous|a joke|terrible|really bad service)!
I am (very angry|so annoyed|really disappointed|fed up|furious|not happy) (with you|with your service|about this|).
your (service|staff|{kind}|shop) is (terrible|awful|the worst|bad|rude|useless).
where (can|do) I (complain|send a complaint|make a complaint)?
I will never (buy|order|come) (here|from you|to you) again.
nobody (helps|cares|listens|answers) (me|here|at your {kind}|), (I have had enough|this is so bad|what is wrong with you).
your colleague (was rude|was unfriendly|did not help me|shouted at me|ignored me).
I have been (waiting|asking|writing) for (weeks|days|an hour), what (a mess|kind of shop is this)?
you are (all|) (useless|stupid|idiots|thieves).
who is responsible (for this mess|here)? I want to complain.
I will (write a bad review|tell everybody|give you one star).
what a (mess|terrible shop|waste of time)!
I expect an apology.
* 
A: I am sorry about that. a colleague will look into it; please tell me what happened.
A: I am sorry that you are not happy. I will pass your complaint on to a colleague.
A: I understand that you are annoyed, and I am sorry. a colleague will get in touch with you.

= medical | sp | medical advice
~ legal route_safety human
N: get medical advice
D: get medical advice; know which medicine to take
Q:
(what|which) (medicine|tablets|cream|painkiller) (should|can|do) I take (for|against) (a headache|altitude sickness|blisters|back pain|a cold)?
my (knee|back|foot|head|ankle|stomach) hurts, (what should I do|what can I take|is it broken|should I still go).
is it (safe|ok|dangerous) to (hike|travel|exercise|swim) with (a cold|a bad heart|fever|asthma|a broken toe)?
I was bitten by a (tick|dog|snake), (what do I do|do I need a doctor|is that dangerous).
(I feel|my son feels) (sick|dizzy|ill), (what is it|what helps).
can I (walk|climb|ski) (when pregnant|after an operation|with high blood pressure)?
I have (a rash|a swollen foot|chest pain), what is that?
how do I treat (a burn|a wound|frostbite|a sprain)?
which illness do I have?
* 
A: I am sorry, I cannot give medical advice. please ask a doctor or a pharmacist.
A: I cannot answer health questions. a doctor can help you; in an emergency, call the emergency number.

= legal | sp | legal advice
~ medical complaint privacy
N: get legal advice
D: get legal advice; sue somebody
Q:
can I (sue|take to court) (the courier|my neighbour|another shop|the maker|you)?
(is it|would it be) (legal|allowed by law|forbidden) to (camp wild|make a fire in the woods|carry a knife|fish here)?
what does the law say (about this|about wild camping|about returns|about knives)?
do I (have the right|win in court|need a lawyer) (if I was cheated|in my case|)?
my landlord (does not pay|keeps my money|throws me out), what are my rights?
can you (help me with|read|check) (a contract|a lawsuit|a legal letter)?
who is to blame (by law|legally) if (I fall with the {item}|somebody gets hurt)?
I got a fine for (camping|parking|making a fire), must I pay it?
* 
A: I am sorry, I cannot give legal advice. please ask a lawyer or an advice centre.
A: I cannot answer legal questions; a lawyer can help you.

= route_safety | sp | the safety of a route; the weather
~ medical human courses
N: know whether a route is safe; know what the weather will be
D: know whether a tour is safe
Q:
is the (path|route|trail|climb|way|glacier|ridge) (to the summit|over the pass|through the gorge|to the hut|) (safe|open|dangerous|passable) (today|now|in {month}|)?
(what will the weather be|will it rain|will it snow|will there be a storm) (tomorrow|on {day}|in the mountains|at the weekend)?
can I (walk|climb|do) the (north face|ridge|tour|trail) (alone|in {month}|with children|without a rope)?
is there a danger of avalanches (today|on {day}|)?
do you (promise|guarantee) that (the weather stays dry|the trail is safe|the ice holds|it will not rain)?
is the ice on the lake thick enough?
can we (cross|swim in|paddle on) the (river|lake|sea) (today|in {month}|)?
is it (safe|wise|dangerous) to (go up|set off|sleep outside) (alone|tonight|in {month}|in this weather)?
which (tour|route) is safe for (beginners|my kids|us)?
is my {item} enough to (survive|sleep at) minus 20 degrees?
* 
A: I am sorry, I cannot say whether a route is safe. please ask the local mountain rescue and read the weather forecast.
A: I cannot promise anything about routes or weather. please ask a local guide.

= card_numbers | sp | giving card numbers in the chat
~ payment privacy others_data
N: give their card number in the chat
D: give you my card number; pay here in the chat
Q:
(here is|this is|I send you|can I give you|shall I tell you) my (card number|credit card number|bank number|pin) (here|in the chat|)?
can I pay (here in the chat|with you now|by giving you my card number)?
my card number is 4{num} {num}, (please charge it|take the money|book it).
can you (take|note|save|charge) my (card|credit card) (number|details|) (here|in this chat|)?
do you need my (pin|card number|password|security code)?
I will type my (card details|card number|bank details) here, ok?
just take the money from my card, the number is {num}.
* 
A: please do not send card numbers here. you can pay safely at the checkout.
A: I cannot take card numbers. please pay at the checkout.

= others_data | sp | other customers' data
~ privacy card_numbers where_order
N: get data about another customer
D: know where another customer lives; get the phone number of another customer
Q:
(what|can you tell me what) (did|has) (my neighbour|my wife|my boss|{name}|my friend) (order|ordered|bought) (from you|)?
(where does|give me the address of) (the customer|{name}|the lady who bought {an}) (live|)?
can you (give|tell|send) me the (phone number|address|email|name) of (another customer|{name}|the man who ordered {an})?
has (my husband|{name}|my ex|my neighbour) (an account with you|been in your {kind}|ordered {an})?
who (bought|ordered|got) the last {item}?
show me (the orders|the data|the account) of {name}.
I want to see what {name} (ordered|paid|bought) (last month|).
tell me about your other customers.
* 
A: I am sorry, I cannot give out data about other customers.
A: I cannot say anything about other customers, because their data are protected.

= competitor | sp | an opinion on other shops
~ price_match extra_discount politics
N: hear an opinion on other shops
D: hear what you think of other shops
Q:
(what do you think of|how good is|are you better than|how do you find) (the shop next door|other shops|the big online store|your competitors|the {kind} in {city})?
(is|are) (the other shop|the {kind} in {city}|online stores) (better|cheaper|worse) (than you|)?
which (other |)(shop|{kind}) (can you recommend|is the best|is better than yours)?
why should I (buy from you|come to you) and not (from others|next door|online)?
should I (buy|go) (at your rival|at the competition|next door)?
who is your (biggest|worst) (rival|competitor)?
is it true that the (shop|{kind}) in {city} (cheats people|sells rubbish|is about to close)?
* 
A: I am sorry, I do not give opinions on other shops. I am happy to tell you about ours.
A: I cannot judge other businesses, but I can answer questions about us.

= politics | sp | politics; questions outside the shop's field
~ competitor poems legal
N: talk about politics; hear a political opinion
Q:
(who|which party) (should|do|would) (I|you) vote for?
what do you think (of|about) (the government|the president|the election|taxes|the war|the mayor|the new law)?
(is|are) (the government|this party|politicians|the mayor) (good|bad|honest|any good)?
which (party|politician) is the best?
who (will win|should win|won) the election?
are you (left or right|for or against the war|a democrat)?
do you believe in (god|the news|what politicians say)?
let us talk about politics.
* 
A: I am sorry, I do not talk about politics. can I help you with our {kind}?
A: I only answer questions about our {kind}, not about politics.

= poems | sp | homework, poems and code
~ joke politics robot
N: get help with homework, a poem or code
D: have a poem written; get my homework done; have some code written
Q:
(write|can you write|please write) (me |)(a poem|an essay|a song|a story|a program|some code|a speech|a python script) (about {pl}|about love|about the sea|for my teacher|).
(can you|please) (do|help me with|solve) my (homework|maths|exercise|essay).
what is (17 times 23|the capital of {country}|the square root of 144|12 percent of 350)?
(translate|can you translate) (this|a text|a letter|my homework) (into french|into german|for me|).
I need (a poem|an essay|code) (for school|by tomorrow|about {country}).
how do I (program|write) a (website|game|loop)?
who (invented|discovered) (the telephone|america|the {item})?
write my (cv|love letter|application) please.
* 
A: I am sorry, I can only help with questions about our {kind}.
A: I cannot do that. I only answer questions about our {kind}.
"""
